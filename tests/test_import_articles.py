"""manage.py import_articles: files become articles, and a second run changes nothing."""

import json

import pytest
from django.core.management import CommandError, call_command

from annotations.models import Carry
from sources.models import Article, Draft, Original, Revision, Story, Way
from sources.reading_ahead import FEWEST
from tests.conftest import GAZETTE, HARBOUR, make_revision
from tests.test_archives import packed
from tests.test_cleaning import LEAD, MORE
from tests.test_likeness import ARTICLE, PAYWALL
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
    assert (code, lines[-1]) == (0, "4 imported, 0 revised, 0 already there, 0 held, 0 problems")
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
    assert (code, lines[-1]) == (0, "0 imported, 0 revised, 4 already there, 0 held, 0 problems")
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
    assert (code, lines[-1]) == (1, "4 imported, 0 revised, 1 already there, 0 held, 3 problems")
    problems = " ".join(line for line in lines if line.startswith("problem:"))
    for words in ("empty.txt is empty", "what the outlet is", "all.zip: x.exe is empty"):
        assert words in problems


def test_outlet_is_given_to_articles_that_name_none(run, folder):
    (folder / "silent.txt").write_text(MORE)
    code, _ = run(folder / "silent.txt", folder / "rows.jsonl", "--story", "T", "--outlet", "Post")
    assert code == 0
    assert set(Article.objects.values_list("outlet__name", flat=True)) == {"Post", "Gazette"}


def test_files_read_by_other_processes_bring_the_same_in_the_same_order(run, tmp_path):
    (tmp_path / "05.txt").touch()
    (tmp_path / "07.csv").write_text(f'text\n"{LEAD}"\n"{MORE}"\n')
    for n in range(FEWEST):
        page = PAGE.replace("example/talks", f"example/{n}").replace("Short one", f"Short {n}")
        (tmp_path / f"{n:02}.html").write_text(page)
    came = []
    for story, processes in (("Here", 0), ("There", 2)):
        told = ("--story", story, "--outlet", "Post", "--processes", processes)
        code, lines = run(tmp_path, *told)
        rows = Revision.objects.filter(article__story__title=story).order_by("pk")
        fields = ("text", "original", "word_count", "article__headline", "article__url")
        cleaned = rows.order_by("pk", "cleaned_lines__number").values_list(
            "cleaned_lines__text", "cleaned_lines__reason"
        )
        came.append((code, lines[1:], list(rows.values_list(*fields)), list(cleaned)))
    assert came[0] == came[1]
    assert (came[0][0], len(came[0][2])) == (1, FEWEST + 2)


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
        (["b.html", "--processes", "-1"], "a number from 0 to"),
    ],
)
def test_wrong_argument_is_refused_before_anything_is_written(folder, arguments, word):
    (folder / "empty").mkdir()
    path, *options = arguments
    with pytest.raises(CommandError, match=word):
        call_command("import_articles", str(folder / path), "--story", "Talks", *options)
    assert not Story.objects.exists()


def test_refetch_says_what_became_of_each_address(run, paper, story, study, cast):
    texts = {"/same": HARBOUR, "/new": f"{HARBOUR} Part two.", "/wall": f"{HARBOUR} Part three."}
    for path, text in texts.items():
        make_revision(story, outlet=path, text=text, url=paper.address(path))
        paper.publish(text, path)
    make_revision(story, outlet="/gone", text=f"{HARBOUR} Part four.", url=paper.address("/gone"))
    paper.publish(texts["/new"].replace("on Monday", "late on Monday"), "/new")
    paper.publish("Subscribe to this paper to read on.", "/wall")
    code, lines = run("--refetch", story.title, "--study", study.key, "--user", "owner")
    assert (code, lines[-1]) == (1, "1 revised, 1 unchanged, 1 held, 0 put off, 1 failed")
    assert "revised: /new: Harbour deal: Revision 2 is new." in lines
    assert "unchanged: /same: Harbour deal" in lines
    assert any(line.startswith("failed: /gone: Harbour deal: Gone from its") for line in lines)
    newest = Revision.objects.get(number=2)
    assert (newest.way, newest.created_by) == (Way.COMMAND, cast.owner)


def test_refetch_puts_off_what_a_site_does_not_want_now(run, paper, story):
    make_revision(story, url=paper.address("/one"))
    make_revision(story, outlet="Gazette", text=GAZETTE, url=paper.address("/two"))
    paper.say("/one", status=429, Retry_After="3600")
    code, lines = run("--refetch", story.title)
    assert (code, lines[-1]) == (1, "0 revised, 0 unchanged, 0 held, 1 put off, 1 failed")
    assert "/two" not in paper.paths()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say what to import"),
        (["x.txt"], "Say what to import"),
        (["x.txt", "--story", "A", "--refetch", "A"], "Say what to import"),
        (["--refetch", "No such story"], "There is no story 'No such story'"),
        (["--refetch", "The harbour accord"], "No article of this story has an address"),
    ],
)
def test_refetch_that_cannot_begin_says_why(run, story, arguments, said):
    with pytest.raises(CommandError, match=said):
        run(*arguments)


@pytest.fixture
def rerun(run, tmp_path, study):
    """Write a text under one address into the folder and import it; return the last line."""

    def rerun(text, name="a.jsonl"):
        row = {"outlet": "Gazette", "text": text, "url": "https://gazette.example/1"}
        (tmp_path / name).write_text(json.dumps(row))
        told = ("--story", "Talks", "--study", study.key, "--user", "owner")
        return run(tmp_path, *told)

    return rerun


def test_changed_text_is_a_revision_and_a_run_again_changes_nothing(rerun, cast):
    noted = f"{ARTICLE} A note was added."
    rerun(ARTICLE)
    code, lines = rerun(noted, "b.jsonl")
    said = "0 imported, 1 revised, 1 already there, 0 held, 0 problems"
    assert (code, lines[-1]) == (0, said)
    assert lines[-2].endswith("(revision 2)")
    code, lines = rerun(noted, "b.jsonl")
    assert lines[-1] == "0 imported, 0 revised, 2 already there, 0 held, 0 problems"
    newest = Revision.objects.get(number=2)
    assert (newest.text, newest.way, newest.created_by) == (noted, Way.COMMAND, cast.owner)


def test_doubtful_text_is_held_once_for_everyone_with_its_reason(rerun):
    rerun(ARTICLE)
    for _ in range(2):
        code, lines = rerun(PAYWALL)
        assert (code, lines[-1]) == (
            0, "0 imported, 0 revised, 0 already there, 1 held, 0 problems",
        )  # fmt: skip
        assert "may be a paywall" in lines[-2]
    draft = Draft.objects.get()
    assert (draft.created_by, draft.text, Revision.objects.count()) == (None, PAYWALL, 1)


@pytest.mark.django_db(transaction=True)
def test_tags_follow_to_a_text_that_the_command_brings(rerun, study, tag):
    rerun(ARTICLE)
    tag(Revision.objects.get(), "crew")
    rerun(f"{ARTICLE} A note was added.")
    assert Carry.objects.get().revision.number == 2
