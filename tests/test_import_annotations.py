"""The command that imports annotations: files on disk, what it says, and how it ends."""

import csv
import io
import sys
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from annotations.intake.intakes import undo_intake
from annotations.models import Annotation, Intake
from annotations.tags.tagging import edit_annotation
from sources.models import Article
from tests.conftest import HARBOUR

pytestmark = pytest.mark.django_db
HEAD = "url,start,end,exact,code,annotator,voice,note\n"
URL = "https://harbour.example/deal"


@pytest.fixture
def run(study, revision, tmp_path):
    """Write a file and import it: run("rows", option=…) returns its exit code and what it said."""
    Article.objects.update(url=URL)

    def run(text, *more, name="tags.csv", **options):
        file = tmp_path / name
        file.write_text(text)
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command(
                "import_annotations",
                str(file),
                *more,
                study="press",
                stdout=out,
                stderr=err,
                **options,
            )
            code = 0
        except SystemExit as leaving:
            code = leaving.code
        return SimpleNamespace(code=code, said=out.getvalue() + err.getvalue())

    return run


def row(exact, code="loaded", annotator="reviewer", *, start=None, note=""):
    """Return a row of the file about words of the article."""
    start = HARBOUR.index(exact) if start is None else start
    return f"{URL},{start},{start + len(exact)},{exact},{code},{annotator},outlet,{note}\n"


def test_import_says_what_it_did_and_ends_well(run):
    done = run(HEAD + row("accord") + row("Critics"))
    assert done.code == 0
    assert "2 annotations imported" in done.said
    assert Annotation.objects.count() == 2
    again = run(HEAD + row("accord") + row("Critics"))
    assert (again.code, "2 already there" in again.said) == (0, True)


def test_rejects_are_named_written_to_a_file_and_end_with_1(run, tmp_path):
    rejects = tmp_path / "rejects.csv"
    done = run(HEAD + row("accord") + row("Critics", code="=cmd()"), rejects=rejects)
    assert done.code == 1
    assert "1 rejected" in done.said
    assert "unknown codes: “=cmd()” (1)" in done.said
    [head, cells] = csv.reader(io.StringIO(rejects.read_text()))
    assert head == ["place", "reason", "row"]
    assert cells[0] == "line 3"
    assert "There is no code “=cmd()”" in cells[1]
    assert "Critics" in cells[2]


def test_dry_run_says_the_same_and_writes_nothing(run):
    done = run(HEAD + row("accord") + row("Critics", code="?"), dry_run=True)
    assert done.code == 1
    assert "1 annotations imported (would be)" in done.said
    assert not Annotation.objects.exists()
    assert not Intake.objects.exists()


def test_names_are_mapped_by_options_and_by_a_file(run, tmp_path):
    codes = tmp_path / "codes.csv"
    codes.write_text('"Framing, strong",loaded\n')
    text = HEAD + row("accord", code='"Framing, strong"', annotator="Anna") + row("Critics", "a=b")
    options = {"codes": codes, "code": ["a=b=damage"], "annotators": ["Anna=colleague"]}
    assert run(text, **options).code == 0
    made = Annotation.objects.values_list("code__key", "annotator__username")
    assert set(made) == {("loaded", "colleague"), ("damage", "reviewer")}


def test_all_may_be_of_one_and_unknown_names_become_reviewers(run):
    assert run(HEAD + row("accord", annotator="Anna"), annotator="colleague").code == 0
    done = run(HEAD + row("Critics", annotator="Anna"), create_annotators=True)
    assert "reviewers made: Anna" in done.said
    assert set(Annotation.objects.values_list("annotator__username", flat=True)) == {
        "colleague", "Anna"
    }  # fmt: skip


def test_several_files_and_standard_input_are_taken(run, tmp_path, monkeypatch):
    stdin = SimpleNamespace(buffer=io.BytesIO((HEAD + row("Critics")).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    done = run(HEAD + row("accord"), "-")
    assert "together:\n  2 annotations imported" in done.said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"user": "reviewer"}, "no owner"),
        ({"user": "nobody"}, "no owner"),
        ({"code": ["loaded"]}, "OLD=NEW"),
        ({"format": "xmi"}, "tags.csv"),
    ],
)
def test_what_cannot_be_meant_is_an_error(run, options, message):
    with pytest.raises(CommandError, match=message):
        run(HEAD + row("accord"), **options)
    assert not Annotation.objects.exists()


def test_file_of_no_known_kind_is_an_error_and_names_what_we_read(run):
    with pytest.raises(CommandError, match="WebAnno"):
        run("\x7fELF\x01", name="tool")


def test_missing_study_and_file_are_errors(study, tmp_path):
    with pytest.raises(CommandError, match="There are: press"):
        call_command("import_annotations", "x.csv", study="nope")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_annotations", str(tmp_path / "none.csv"), study="press")


def test_ctrl_c_keeps_what_was_imported_and_says_how_to_go_on(run, monkeypatch):
    def stop(self, count=1):
        raise KeyboardInterrupt

    monkeypatch.setattr("tqdm.std.tqdm.update", stop)
    done = run(HEAD + row("accord"))
    assert (done.code, "Run the same again" in done.said) == (130, True)
    assert Annotation.objects.count() == 1
    assert Intake.objects.get().state == Intake.State.FAILED


def test_import_is_taken_back_as_one_but_for_what_was_changed(run, cast, codes):
    run(HEAD + row("accord") + row("Critics"))
    changed = Annotation.objects.get(span__exact="Critics")
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "mine"}
    edit_annotation(changed, version=1, coding=coding, code=codes["damage"], actor=cast.reviewer)
    intake = Intake.objects.get()
    assert undo_intake(intake, actor=cast.owner) == 1
    assert list(Annotation.objects.standing()) == [changed]
    intake.refresh_from_db()
    assert (intake.state, "1 stay" in intake.said) == (Intake.State.UNDONE, True)
    assert "1 annotations imported" in run(HEAD + row("accord") + row("Critics")).said
    assert Annotation.objects.standing().count() == 2
