import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotations.finding.ranking.meaning import ABSENT, load_meaning

ROOT = Path(__file__).parent.parent
STORY = {"corpus": "harbour", "sentences": ["The treaty was signed.", "It rained.", "Ships wait."]}
QUERY = {
    "query_id": 7,
    "corpus": "harbour",
    "query": "Signing of the treaty",
    "candidates": [{"id": "b", "text": "It rained."}, {"id": 3, "text": "The treaty was signed."}],
}


def suggest(folder, *lines, **options):
    """Answer the lines through files in `folder`; return what was written, and what was said."""
    source, out = folder / "in.jsonl", folder / "out.jsonl"
    source.write_bytes(b"".join(as_bytes(line) + b"\n" for line in lines))
    stderr = io.StringIO()
    options = {"meaning": False} | options
    call_command("suggest_reports", jsonl=str(source), out=str(out), stderr=stderr, **options)
    return [json.loads(line) for line in out.read_text().splitlines()], stderr.getvalue()


def as_bytes(line):
    return line if isinstance(line, bytes) else json.dumps(line).encode()


def test_candidates_are_ranked_by_their_ids_with_falling_scores(tmp_path):
    (answer,), said = suggest(tmp_path, STORY, QUERY)
    assert (answer["query_id"], answer["ranked"]) == (7, [3, "b"])
    assert answer["scores"][0] > answer["scores"][1]
    assert said == "Compared by wording alone. \n1 queries answered\n"


def test_stories_may_follow_their_queries_and_answers_keep_the_queries_order(tmp_path):
    other = {"corpus": 2, "sentences": []}
    asked = [QUERY, QUERY | {"query_id": "x", "corpus": 2}, QUERY | {"query_id": None}]
    answers, _ = suggest(tmp_path, *asked, other, b"", b"\xef\xbb\xbf" + as_bytes(STORY))
    assert [answer["query_id"] for answer in answers] == [7, "x", None]
    assert answers[2]["scores"] == answers[0]["scores"]


def test_query_without_candidates_gets_none(tmp_path):
    (answer,), _ = suggest(tmp_path, STORY, QUERY | {"candidates": []})
    assert answer == {"query_id": 7, "ranked": [], "scores": []}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "Line 3: this is no JSON"),
        (b"[" * 100_000, "Line 3: this is no JSON"),
        ([1], "Line 3: [1] is no object with corpus."),
        ({"sentences": []}, "Line 3: 'corpus' is missing."),
        ({"corpus": 1.5, "sentences": []}, "Line 3: 'corpus' is neither a string nor a whole"),
        ({"corpus": "x"}, "Line 3: 'sentences' is missing."),
        ({"corpus": "x", "sentences": ["a", 1]}, "Line 3: 'sentences' are not all strings."),
        (STORY, "Line 3: the sentences of 'harbour' were given before."),
        ({"corpus": "harbour", "query": "x"}, "Line 3: 'query_id' is missing."),
        (QUERY | {"query": 5}, "Line 3: 'query' is not a string."),
        (QUERY | {"candidates": [{"id": 1}]}, "Line 3: 'text' is missing."),
        (QUERY | {"corpus": "lost"}, "Line 3: there are no sentences of the corpus 'lost'."),
    ],
)
def test_bad_line_is_named_and_nothing_is_written(tmp_path, line, said):
    (tmp_path / "out.jsonl").write_text("the last run's")
    with pytest.raises(CommandError) as refusal:
        suggest(tmp_path, STORY, QUERY, line)
    assert said in str(refusal.value)
    assert (tmp_path / "out.jsonl").read_text() == "the last run's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_file_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"Cannot use .*absent.jsonl: No such file"):
        call_command("suggest_reports", jsonl=str(tmp_path / "absent.jsonl"), out="-")


@pytest.mark.skipif(load_meaning()[0] is not None, reason="the extra 'meaning' is installed")
def test_model_that_is_insisted_on_and_not_installed_is_refused(tmp_path, settings):
    settings.MEANING = True
    assert ABSENT in suggest(tmp_path, STORY, QUERY, meaning=None)[1]
    with pytest.raises(CommandError, match="not installed"):
        suggest(tmp_path, STORY, QUERY, meaning=True)


@pytest.mark.skipif(load_meaning()[0] is None, reason="the extra 'meaning' is not installed")
def test_installed_model_is_used_and_named(tmp_path, settings):
    settings.MEANING = True
    _, said = suggest(tmp_path, STORY, QUERY, meaning=None)
    assert said.startswith("Compared by wording and by all-MiniLM-L6-v2")


def test_streams_and_no_database_will_do(tmp_path):
    environment = os.environ | {"PARALLAX_DATA": str(tmp_path), "PYTHONWARNINGS": ""}
    environment.pop("DATABASE_URL", None)
    run = subprocess.run(
        [sys.executable, "manage.py", "suggest_reports", "--jsonl", "-", "--out", "-"],
        input=as_bytes(STORY) + b"\n" + as_bytes(QUERY),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert json.loads(run.stdout)["ranked"] == [3, "b"]
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
