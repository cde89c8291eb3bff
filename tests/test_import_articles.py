"""manage.py import_articles: files become articles, and a second run changes nothing."""

import json

import pytest
from django.core.management import CommandError, call_command

from sources.models import Article, Original, Revision, Story
from tests.test_archives import packed
from tests.test_cleaning import LEAD, MORE
from tests.test_webpages import PAGE

pytestmark = pytest.mark.django_db

NOISY = f"Harbour talks end\nby harbour news\n2023-05-10\n{LEAD}\nRelated news\n{MORE}"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.html").write_text(PAGE)
    (tmp_path / "deep" / "a.txt").write_text(NOISY)
    (tmp_path / "deep" / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "rows.jsonl").write_text(
        json.dumps({"outlet": "Gazette", "text": LEAD, "url": "https://gazette.example/1"})
        + "\n"
        + json.dumps({"outlet": "Gazette", "text": MORE, "story": "Another event"})
    )
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run the command; return its exit code and its lines."""

    def run(*arguments):
        code = 0
        try:
            call_command("import_articles", *map(str, arguments))
        except SystemExit as stop:
            code = stop.code
        return code, capsys.readouterr().out.splitlines()

    return run


def test_folder_is_imported_into_the_story_of_the_study(run, folder, study, cast):
    code, lines = run(folder, "--story", "Talks", "--study", study.key, "--user", "owner")
    assert (code, lines[-1]) == (0, "4 imported, 0 already there, 0 problems")
    articles = Article.objects.filter(story__studies=study)
    assert sorted(articles.values_list("story__title", "outlet__name")) == [
        ("Another event", "Gazette"),
        ("Talks", "Gazette"),
        ("Talks", "The Harbour Times"),
        ("Talks", "harbour news"),
    ]
    assert Original.objects.count() == 3
    assert set(Revision.objects.values_list("created_by", flat=True)) == {cast.owner.pk}


def test_second_run_says_so_and_changes_nothing(run, folder, study):
    run(folder, "--story", "Talks", "--study", study.key)
    code, lines = run(folder, "--story", "Talks", "--study", study.key)
    assert (code, lines[-1]) == (0, "0 imported, 4 already there, 0 problems")
    assert (Story.objects.count(), Revision.objects.count()) == (2, 4)


def test_story_without_a_study_is_made_once_and_said_to_be_unattached(run, folder):
    for _ in range(2):
        code, lines = run(folder / "b.html", "--story", "Talks")
        assert (code, lines[0]) == (0, "No study codes the story 'Talks' yet (see --study).")
    assert list(Story.objects.values_list("title", "studies")) == [("Talks", None)]


def test_problems_are_told_by_file_and_the_rest_is_imported(run, folder):
    (folder / "empty.txt").touch()
    (folder / "silent.txt").write_text(MORE)
    (folder / "all.zip").write_bytes(packed([("good.txt", NOISY.encode()), ("x.exe", b"")]))
    code, lines = run(folder, "--story", "Talks")
    assert (code, lines[-1]) == (1, "4 imported, 1 already there, 3 problems")
    problems = " ".join(line for line in lines if line.startswith("problem:"))
    for words in ("empty.txt is empty", "what the outlet is", "all.zip: x.exe is empty"):
        assert words in problems


def test_outlet_is_given_to_articles_that_name_none(run, folder):
    (folder / "silent.txt").write_text(MORE)
    code, _ = run(folder / "silent.txt", folder / "rows.jsonl", "--story", "T", "--outlet", "Post")
    assert code == 0
    assert set(Article.objects.values_list("outlet__name", flat=True)) == {"Post", "Gazette"}


def test_lines_are_dropped_unless_all_are_kept(run, folder):
    path = folder / "deep" / "a.txt"
    run(path, "--story", "Clean")
    run(path, "--story", "Whole", "--keep-all")
    texts = dict(Revision.objects.values_list("article__story__title", "text"))
    assert texts == {"Clean": f"Harbour talks end\n{LEAD}\n{MORE}", "Whole": NOISY}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["missing.txt"], "No such file"),
        (["deep/none"], "No such file"),
        (["empty"], "No file to import"),
        (["b.html", "--study", "unknown"], "no study 'unknown'"),
        (["b.html", "--user", "nobody"], "no user 'nobody'"),
    ],
)
def test_wrong_argument_is_refused_before_anything_is_written(folder, arguments, word):
    (folder / "empty").mkdir()
    path, *options = arguments
    with pytest.raises(CommandError, match=word):
        call_command("import_articles", str(folder / path), "--story", "Talks", *options)
    assert not Story.objects.exists()
