import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from annotations.facts.stating import state_fact

pytestmark = pytest.mark.django_db


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def break_text():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sources_revision SET text = replace(text, 'Monday', 'Friday')")


def test_annotations_go_to_standard_output(revision, tag, capfdbinary):
    tag(revision, "Monday", note="=1")
    call_command("export_annotations", study="press")
    said = capfdbinary.readouterr()
    assert [row["note"] for row in rows_of(said.out)] == ["'=1"]


def test_number_of_rows_goes_to_standard_error(revision, tag, tmp_path):
    tag(revision, "Monday")
    stderr = io.StringIO()
    call_command("export_annotations", study="press", out=tmp_path / "a.csv", stderr=stderr)
    assert f"1 rows, safe form, to {tmp_path / 'a.csv'}" in stderr.getvalue()


def test_file_has_the_lossless_form_on_demand(revision, tag, tmp_path):
    tag(revision, "Monday", note="=1")
    out = tmp_path / "a.csv"
    call_command("export_annotations", study="press", out=out, lossless=True, stderr=io.StringIO())
    [row] = rows_of(out.read_bytes())
    assert (row["row_lossless"], row["note"]) == ("1", "=1")
    assert list(tmp_path.iterdir()) == [out]


def test_facts_are_exported_on_demand(study, story, revision, cast, tmp_path):
    state_fact(study, story, "An accord was signed", author=cast.owner)
    out = tmp_path / "f.csv"
    call_command("export_annotations", study="press", out=out, facts=True, stderr=io.StringIO())
    assert [row["report"] for row in rows_of(out.read_bytes())] == ["unchecked"]


def test_mismatch_leaves_an_older_file_as_it_was(revision, tag, tmp_path):
    annotation = tag(revision, "Monday")
    out = tmp_path / "a.csv"
    out.write_text("older")
    break_text()
    with pytest.raises(CommandError, match=str(annotation.pk)) as raised:
        call_command("export_annotations", study="press", out=out)
    assert raised.value.returncode == 1
    assert out.read_text() == "older"
    assert list(tmp_path.iterdir()) == [out]


def test_mismatch_writes_nothing_to_standard_output(revision, tag, capfdbinary):
    tag(revision, "Monday")
    break_text()
    with pytest.raises(CommandError):
        call_command("export_annotations", study="press")
    assert capfdbinary.readouterr().out == b""


def test_unknown_study_is_answered_with_the_known_keys(study):
    with pytest.raises(CommandError, match=r"There is no study 'pres'\. There are: press\."):
        call_command("export_annotations", study="pres")


def test_folder_that_is_not_there_is_said(study, tmp_path):
    with pytest.raises(CommandError, match=r"Cannot write .*: No such file or directory"):
        call_command("export_annotations", study="press", out=tmp_path / "none" / "a.csv")
