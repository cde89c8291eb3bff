import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parent.parent
OLD = "The ministers signed the accord. Critics were furious 😡 about it."
NEW = "Update.\n\nThe ministers signed the accord. Critics were not."
SPANS = [{"id": "a", "start": 4, "end": 20}, {"id": 2, "start": 54, "end": 55}]
LINE = {"id": "article-1", "old": OLD, "new": NEW, "spans": SPANS}


def carry_file(folder, *lines):
    """Carry the lines through files in `folder`; return what was written, and the count's line."""
    source, out = folder / "in.jsonl", folder / "out.jsonl"
    source.write_bytes(b"".join(line + b"\n" for line in lines))
    stderr = io.StringIO()
    call_command("carry_spans", jsonl=str(source), out=str(out), stderr=stderr)
    return [json.loads(line) for line in out.read_text().splitlines()], stderr.getvalue()


def test_each_line_is_answered_with_its_ids_outcomes_and_code_points(tmp_path):
    written, said = carry_file(tmp_path, json.dumps(LINE).encode())
    kept, gone = written[0]["spans"]
    assert (written[0]["id"], kept.pop("score") > 0.9) == ("article-1", True)
    assert kept == {"id": "a", "outcome": "kept", "start": 13, "end": 29}
    assert gone == {"id": 2, "outcome": "gone", "start": None, "end": None, "score": 0.0}
    assert said == "2 spans carried\n"


def test_byte_order_mark_empty_lines_and_no_spans_are_fine(tmp_path):
    bare = json.dumps(LINE | {"spans": []}).encode()
    written, _ = carry_file(tmp_path, b"\xef\xbb\xbf" + bare, b"", bare)
    assert written == [{"id": "article-1", "spans": []}] * 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "Line 2: this is no JSON"),
        (b'"\xff"', "Line 2: this is no JSON"),
        (b"[1]", "Line 2: [1] is no object with id, old, new, spans."),
        (json.dumps({"id": 1, "old": "a"}).encode(), "Line 2: 'new' is missing."),
        (json.dumps(LINE | {"old": None}).encode(), "Line 2: 'old' is not a string."),
        (json.dumps(LINE | {"spans": {}}).encode(), "Line 2: 'spans' is not a list."),
        (json.dumps(LINE | {"spans": [3]}).encode(), "Line 2: 3 is no object with id, start, end."),
        (
            json.dumps(LINE | {"spans": [{"id": 1, "start": True, "end": 2}]}).encode(),
            "Line 2: 'start' is not a whole number.",
        ),
        (
            json.dumps(LINE | {"spans": [{"id": 1, "start": 3, "end": 999}]}).encode(),
            "Line 2: The span 3–999 does not lie within the text",
        ),
    ],
)
def test_bad_line_is_named_and_nothing_is_written(tmp_path, line, said):
    out = tmp_path / "out.jsonl"
    out.write_text("the last run's")
    with pytest.raises(CommandError) as refusal:
        carry_file(tmp_path, json.dumps(LINE).encode(), line)
    assert said in str(refusal.value)
    assert out.read_text() == "the last run's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize(("jsonl", "out"), [("absent.jsonl", "-"), ("in.jsonl", "absent/out")])
def test_file_that_cannot_be_used_is_named(tmp_path, monkeypatch, jsonl, out):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text(json.dumps(LINE))
    with pytest.raises(CommandError, match=r"Cannot use absent.*: No such file"):
        call_command("carry_spans", jsonl=jsonl, out=out)


def test_streams_and_an_unreachable_database_will_do(tmp_path):
    unreachable = "postgresql://nobody@127.0.0.1:1/none"
    run = subprocess.run(
        [sys.executable, "manage.py", "carry_spans", "--jsonl", "-", "--out", "-"],
        input=json.dumps(LINE).encode(),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": unreachable, "PARALLAX_DATA": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert [span["outcome"] for span in json.loads(run.stdout)["spans"]] == ["kept", "gone"]


def test_without_an_address_no_database_is_started(tmp_path):
    environment = os.environ | {"PARALLAX_DATA": str(tmp_path), "PYTHONWARNINGS": ""}
    environment.pop("DATABASE_URL", None)
    subprocess.run(
        [sys.executable, "manage.py", "carry_spans", "--jsonl", "-", "--out", "-"],
        input=b"",
        cwd=ROOT,
        env=environment,
        check=True,
    )
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
