"""Checking a release: what is sound is said to be, and nothing else ever is."""

import contextlib
import io
import json
import random
import uuid
import zipfile

import pytest
from django.core.management import CommandError, call_command

from annotations.export.manifest import MANIFEST, seal
from annotations.export.verifying import verify
from annotations.interchange.records import AnnotationRecord, ArticleRecord, Unreadable
from annotations.interchange.release import read
from annotations.models import Annotation, Study
from annotations.tags.tagging import remove_annotation
from tests.released import WIDE, code_everything, manifest_of, member, released, rows, tampered

pytestmark = pytest.mark.django_db
NOBODY = uuid.UUID(int=1)


@pytest.fixture
def coded(study, story, revision, tag, cast, codes):
    return code_everything(study, story, revision, tag, cast, codes)


@pytest.fixture
def release(study, coded):
    return released(study)


def faults(release: bytes) -> list[str]:
    return verify(io.BytesIO(release)).faults


def changed(release, name, old, new, count=1) -> bytes:
    content = member(release, name)
    assert content.count(old.encode()) >= 1
    return content.replace(old.encode(), new.encode(), count)


def without_row(release, name, place) -> bytes:
    lines = member(release, name).split(b"\r\n")
    return b"\r\n".join(lines[:place] + lines[place + 1 :])


@pytest.mark.parametrize("texts", [True, False])
@pytest.mark.parametrize("pseudonyms", [True, False])
def test_release_as_it_was_made_is_sound(study, coded, texts, pseudonyms):
    made = released(study, with_texts=texts, pseudonyms=pseudonyms)
    verdict = verify(io.BytesIO(made))
    assert (verdict.faults, verdict.is_sound) == ([], True)
    assert verdict.checked[0] == "13 files have the SHA-256 of the manifest"
    assert "annotations.jsonld: 4 rows" in verdict.checked


def test_release_is_never_sound_with_a_bit_flipped(release):
    dice = random.Random(6)
    ends = [*range(0, 40, 2), *range(len(release) - 200, len(release), 3)]
    for place in [*ends, *(dice.randrange(len(release)) for _ in range(20))]:
        broken = bytearray(release)
        broken[place] ^= 1 << dice.randrange(8)
        assert faults(bytes(broken)), place


def test_release_is_never_sound_cut_short_or_longer(release):
    dice = random.Random(6)
    for length in [0, 1, 22, 64, *(dice.randrange(len(release)) for _ in range(30))]:
        assert faults(release[:length]), length
    assert faults(release + b"\0")
    assert faults(b"x" + release)


def test_release_packed_again_is_told_from_a_damaged_one(release):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(release)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    [fault] = faults(file.getvalue())
    assert "packed again" in fault


def test_honest_changes_are_found_in_the_rows(release):
    """Who changes a table, and the manifest with it, is found out by the other tables."""
    told = {
        "the text has 'military": {"annotations_csv": ("military suffoc", "maritime suffoc")},
        "the code 'loathed' is not in": {"annotations_csv": (",loaded,", ",loathed,")},
        "the text has other words around": {"gold_csv": (" of the strait", " of the street")},
        "is not the range of its words": {"facts_csv": (",signed,", ",resigned,")},
        "its UTF-16 offsets have to be": {"annotations_csv": (",5,17,5,18,", ",5,17,5,17,")},
        "is not the one of its SHA-256": {"articles_csv": ("Critics", "Cynics!")},
        "the code damage comes twice": {"codebook_csv": ("\nloaded,", "\ndamage,")},
        "codebook.json has other codes": {"codebook_json": ('"key": "threat"', '"key": "treat"')},
        "note of": {"annotations_jsonl": ('\\"two\\"', '\\"too\\"')},
        "it is numbered 7": {"rulings_csv": ("\n2,", "\n7,")},
        "there is no annotation": {"decisions_csv": ("{decided}", str(NOBODY))},
    }  # fmt: skip
    decided = rows(release, "decisions.csv")[0]["annotation_id"]
    for fault, change in told.items():
        [(name, (old, new))] = change.items()
        name = name.replace("_jsonl", ".jsonl")
        plain = name.replace("_csv", ".csv").replace("_json", ".json")
        content = changed(release, plain, old.format(decided=decided), new)
        found = faults(tampered(release, **{name: content}))
        assert any(fault in one for one in found), (fault, found)


def test_missing_and_doubled_rows_are_counted(release):
    for name in ("annotations.csv", "articles.csv", "gold.csv", "agreement.csv"):
        found = faults(tampered(release, **{name: without_row(release, name, 1)}))
        assert any(f"{name} has" in one or f"{name}, row 1" in one for one in found), found
    lines = member(release, "annotations.csv").split(b"\r\n")
    twice = b"\r\n".join([*lines[:-1], lines[1], b""])
    assert any("comes twice" in one for one in faults(tampered(release, annotations_csv=twice)))


def test_files_are_missing_too_many_or_other_than_the_manifest_says(release):
    assert "facts.csv is missing." in faults(tampered(release, facts_csv=None))
    extra = faults(tampered(release, **{"notes.txt": b"x"}))
    assert extra == ["notes.txt is in the file, but not in its manifest."]
    [other] = faults(tampered(release, honest=False, **{"README.md": b"# Mine"}))
    assert other.startswith("README.md is not what the manifest says: 6 bytes with the SHA-256")


def test_first_twenty_faults_are_told_and_the_rest_counted(release):
    tags = member(release, "agreement.csv").replace(b"\n", b"\n9", 40)
    verdict = verify(io.BytesIO(tampered(release, agreement_csv=tags)))
    assert len(verdict.faults) == 20 < verdict.count


def test_hostile_archives_are_refused_with_a_word(release):
    def sealed(*entries, packed=zipfile.ZIP_STORED):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", packed) as archive:
            for name, content in entries:
                archive.writestr(name, content)
        seal(file)
        return file.getvalue()

    assert "leads out of the archive" in faults(sealed(("../evil", b"")))[0]
    assert "manifest.json is missing" in faults(sealed(("a.csv", b"")))[0]
    assert "not that of a release" in faults(sealed((MANIFEST, b"[]")))[0]
    assert "is not a zip" in faults(b"MZ")[0]
    digest = {"sha256": "0" * 64, "bytes": 3 * 10**8, "rows": 1}
    whole = json.loads(member(release, MANIFEST)) | {"files": {"README.md": digest}}
    bomb = sealed((MANIFEST, json.dumps(whole)), ("README.md", b"0" * 10**7),
                  packed=zipfile.ZIP_DEFLATED)  # fmt: skip
    assert any("far more than text does" in one for one in faults(bomb))


def test_reader_yields_each_text_before_its_annotations_and_then_the_rest(release, study):
    records = list(read(io.BytesIO(release)))
    kinds = [type(record) for record in records]
    assert kinds.count(ArticleRecord) == 3
    assert kinds.count(AnnotationRecord) == len(kinds) - 3 == 4
    assert kinds[0] == kinds[-1] == ArticleRecord
    assert records[-1].headline == "Nobody tagged this"
    assert WIDE in [record.text for record in records if isinstance(record, ArticleRecord)]
    bare = list(read(io.BytesIO(released(study, with_texts=False))))
    assert {type(record) for record in bare} == {AnnotationRecord}


@pytest.fixture
def path(tmp_path, release):
    path = tmp_path / "release.zip"
    path.write_bytes(release)
    return path


def test_command_says_what_it_checked(path, capsys):
    call_command("verify_release", path)
    said = capsys.readouterr().out
    assert "annotations.csv: 4 rows" in said
    assert f"{path} is sound." in said


def test_command_ends_with_the_faults(path, release, tmp_path):
    path.write_bytes(tampered(release, facts_csv=None))
    with pytest.raises(CommandError, match=r"is not sound:\nfacts\.csv is missing\."):
        call_command("verify_release", path)
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("verify_release", tmp_path / "none.zip")


def test_command_compares_with_the_database(path, study, coded, cast, tag, revision, capsys):
    call_command("verify_release", path, study="press")
    assert "The database says the same" in capsys.readouterr().out
    remove_annotation(coded["nested"], actor=cast.colleague)
    new = tag(revision, "Monday")
    Annotation.objects.filter(pk=coded["plain"].pk).update(note="Another")
    with pytest.raises(CommandError) as caught:
        call_command("verify_release", path, study="press")
    said = str(caught.value)
    assert f"annotations.csv: the row of annotation_id {coded['nested'].pk} is not in" in said
    assert f"annotations.csv: the row of annotation_id {new.pk} is new in" in said
    assert f"the row of annotation_id {coded['plain'].pk} says something else" in said
    with pytest.raises(CommandError, match="There is no study 'other'"):
        call_command("verify_release", path, study="other")


def test_changed_settings_are_told_as_another_readme(path, study):
    Study.objects.update(licence="CC0")
    with pytest.raises(CommandError, match=r"README\.md is another one now"):
        call_command("verify_release", path, study="press")


def test_make_release_writes_the_same_bytes_as_the_page(study, coded, tmp_path, capsys):
    out = tmp_path / "made.zip"
    call_command("make_release", study="press", out=out)
    assert out.read_bytes() == released(study, with_texts=False)
    assert not manifest_of(out.read_bytes()).texts
    assert str(out) in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [out]


def test_reader_of_a_damaged_release_says_so_or_reads_on(release):
    dice = random.Random(7)
    for place in [
        *range(len(release) - 90, len(release) - 64),
        *dice.sample(range(len(release)), 20),
    ]:
        broken = bytearray(release)
        broken[place] ^= 1 << dice.randrange(8)
        with contextlib.suppress(Unreadable):
            list(read(io.BytesIO(broken)))
