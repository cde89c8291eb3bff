"""The export page and the command in the formats of other tools."""

import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotations.export.documents import export_as
from annotations.interchange.formats import outgoing
from annotations.models import Annotation

pytestmark = pytest.mark.django_db

PAGE = "/studies/press/export/"
KEYS = [kind.key for kind in outgoing()]


def lines_of(response):
    return [json.loads(line) for line in b"".join(response).splitlines()]


@pytest.mark.parametrize("key", KEYS)
def test_every_format_is_offered_and_sent_whole(
    study, revision, gazette, tag, cast, client_of, key
):
    tag(revision, "accord", note="a\nnote; with, “everything”")
    tag(gazette, "stranglehold", annotator=cast.colleague)
    client = client_of(cast.reviewer)
    assert f"{PAGE}as/{key}" in client.get(PAGE).content.decode()
    response = client.get(f"{PAGE}as/{key}")
    content = b"".join(response)
    assert len(content) == int(response.headers["Content-Length"]) > 100
    name = f"press-annotations-{timezone.now():%Y-%m-%d}"
    assert f'filename="{name}' in response.headers["Content-Disposition"]
    if response.headers["Content-Type"] == "application/zip":
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    again = io.BytesIO()
    export_as(key, study, Annotation.objects.in_study(study), again)
    assert again.getvalue() == content


def test_choices_of_the_form_go_to_the_other_formats(study, story, revision, tag, cast, client_of):
    tag(revision, "accord")
    tag(revision, "strait", annotator=cast.colleague)
    client = client_of(cast.reviewer)
    lines = lines_of(client.get(f"{PAGE}as/jsonl?layer=colleague&story={story.pk}&form=safe"))
    assert [line.get("exact") for line in lines] == [None, "strait"]
    assert client.get(f"{PAGE}as/jsonl?story=0").status_code == 422


def test_blind_reader_takes_away_only_their_own(study, revision, tag, cast, client_of):
    study.blind = True
    study.save()
    tag(revision, "accord")
    tag(revision, "strait", annotator=cast.colleague)
    lines = lines_of(client_of(cast.reviewer).get(f"{PAGE}as/jsonl"))
    assert [line.get("annotator") for line in lines] == [None, "reviewer"]
    assert len(lines_of(client_of(cast.moderator).get(f"{PAGE}as/jsonl"))) == 3


def test_files_wait_until_outlets_are_shown(study, revision, tag, cast, client_of):
    study.outlets_hidden = True
    study.save()
    tag(revision, "accord")
    assert client_of(cast.reviewer).get(f"{PAGE}as/jsonl").status_code == 403


@pytest.mark.parametrize("key", ["release", "csv", "nonsense"])
def test_other_formats_are_not_there(study, cast, client_of, key):
    assert client_of(cast.owner).get(f"{PAGE}as/{key}").status_code == 404


def test_outsider_and_anonymous_get_nothing(study, cast, client, client_of):
    assert client_of(cast.outsider).get(f"{PAGE}as/jsonl").status_code == 404
    assert client.get(f"{PAGE}as/jsonl").headers["Location"].startswith("/login/")


def test_command_writes_a_format_whole_or_not_at_all(study, revision, tag, tmp_path, capsys):
    tag(revision, "accord")
    out = tmp_path / "tags.zip"
    call_command("export_annotations", study="press", out=out, format="xmi")
    assert zipfile.ZipFile(out).namelist()
    assert "1 annotations, UIMA CAS XMI" in capsys.readouterr().err
    with pytest.raises(CommandError, match="Leave it out"):
        call_command("export_annotations", study="press", out=out, format="xmi", lossless=True)
    assert [path.name for path in tmp_path.iterdir()] == ["tags.zip"]


@pytest.mark.parametrize("key", KEYS)
def test_study_without_annotations_gives_a_sound_file(study, key):
    file = io.BytesIO()
    assert export_as(key, study, Annotation.objects.in_study(study), file) == 0
    if file.getvalue().startswith(b"PK"):
        assert zipfile.ZipFile(file).testzip() is None
