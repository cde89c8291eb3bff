"""What a release holds: every table of one moment, for readers who see nothing else."""

import hashlib
import json
import re
import threading
from pathlib import Path

import pytest
from django.db import connection

from annotations.export.exporting import ExportMismatch
from annotations.export.manifest import MANIFEST
from annotations.export.release_files import rows_to_write
from annotations.export.release_listing import COLUMNS, WHAT
from annotations.export.release_tables import ARTICLES, CODEBOOK_REVISIONS, DECISIONS, TEXT
from annotations.models import Annotation, Membership, Role, Study
from annotations.tags.tagging import remove_annotation
from sources.models import Revision
from tests.conftest import make_revision
from tests.released import WIDE, code_everything, manifest_of, member, released, rows

pytestmark = pytest.mark.django_db
PEOPLE = {"annotator", "moderator", "coder", "set_by"}


@pytest.fixture
def coded(study, story, revision, tag, cast, codes):
    return code_everything(study, story, revision, tag, cast, codes)


def test_same_data_gives_the_same_bytes(study, coded):
    first, second = released(study), released(study)
    assert first == second
    assert released(study, pseudonyms=False) != first != released(study, with_texts=False)


def test_manifest_tells_digest_length_and_rows_of_every_file(study, coded):
    release = released(study)
    manifest = manifest_of(release)
    assert list(manifest.files) == [*WHAT, "README.md"]
    for name, fact in manifest.files.items():
        content = member(release, name)
        assert (fact.sha256, fact.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    counts = {name: fact.rows for name, fact in manifest.files.items()}
    assert {name: len(rows(release, name)) for name in COLUMNS} == {
        name: counts[name] for name in COLUMNS
    }
    assert [counts[f"annotations.{form}"] for form in ("csv", "jsonl", "jsonld")] == [4, 4, 4]
    assert [counts[f"{name}.csv"] for name in "articles decisions gold".split()] == [3, 3, 1]


def test_release_of_an_empty_study_is_headers(study):
    release = released(study)
    told = {name: rows(release, name) for name in COLUMNS if not name.startswith("codebook")}
    assert {row["value"] for row in told.pop("agreement.csv")} == {""}
    assert set(map(len, told.values())) == {0}
    assert "no agreement between coders" in member(release, "README.md").decode()


def test_people_have_one_pseudonym_each_in_all_files(study, coded, cast):
    release = released(study)
    tags = {row["exact"]: row["annotator"] for row in rows(release, "annotations.csv")}
    assert (tags["military suffocation"], tags["suffocation"]) == ("coder-1", "coder-2")
    assert [row["moderator"] for row in rows(release, "decisions.csv")] == ["coder-3"] * 2 + [
        "coder-4"
    ]
    named = {row[column] for name in COLUMNS for row in rows(release, name)
             for column in PEOPLE & row.keys()}  # fmt: skip
    assert named == {"", "coder-1", "coder-2", "coder-3", "coder-4"}
    lines = [json.loads(line) for line in member(release, "annotations.jsonl").splitlines()]
    assert {line.get("annotator") for line in lines} == {None, "coder-1", "coder-2"}
    assert b'"nickname": "coder-1"' in member(release, "annotations.jsonld")
    [pair] = {(row["of"], row["name"]) for row in rows(release, "agreement.csv")
              if row["part"] == "pair"}  # fmt: skip
    assert pair == ("1-2", "coder-1 and coder-2")


def test_people_have_their_usernames_if_that_was_chosen(study, coded):
    release = released(study, pseudonyms=False)
    assert {row["annotator"] for row in rows(release, "annotations.csv")} == {
        "reviewer", "colleague",
    }  # fmt: skip
    assert "called by their usernames" in member(release, "README.md").decode()


def test_new_coder_changes_nobodys_pseudonym(study, coded, tag, revision, django_user_model):
    late = django_user_model.objects.create_user("aaron")
    Membership.objects.create(study=study, user=late, role=Role.REVIEWER)
    tag(revision, "ministers", annotator=late)
    tags = {row["exact"]: row["annotator"] for row in rows(released(study), "annotations.csv")}
    assert (tags["military suffocation"], tags["ministers"]) == ("coder-1", "coder-5")


def test_texts_are_in_it_to_the_letter(study, coded):
    release = released(study)
    [wide] = [row for row in rows(release, "articles.csv") if row["characters"] == str(len(WIDE))]
    assert (wide["text"], wide["outlet"], wide["headline"]) == (f"'{WIDE}", "'=Outlet", "''Wide")
    assert wide["is_newest"] == "true"
    lines = [json.loads(line) for line in member(release, "annotations.jsonl").splitlines()]
    assert WIDE in [line.get("text") for line in lines if line["type"] == "article"]


def test_without_texts_there_are_only_the_words_tagged_and_those_around(study, coded, revision):
    release = released(study, with_texts=False)
    assert TEXT.name not in rows(release, "articles.csv")[0]
    assert len(rows(release, "articles.csv")) == 3
    whole = b"".join(member(release, name) for name in manifest_of(release).files)
    assert b"Harbour deal divides" not in whole
    assert b"article" not in {
        json.loads(line)["type"] for line in member(release, "annotations.jsonl").splitlines()
    }
    assert "texts are not in it" in member(release, "README.md").decode()


def test_decision_is_told_to_the_letter(study, coded, cast):
    decisions = rows(released(study, pseudonyms=False), "decisions.csv")
    plain, wide, _ = sorted(decisions, key=lambda row: row["decision"])
    told = "exact code annotator annotation_version decision ruled_code reason moderator in_force"
    assert [wide[name] for name in told.split()] == [
        "🌫 lifts', 他说", "loaded", "reviewer", "1", "recode", "damage", "'-no", "owner", "true",
    ]  # fmt: skip
    assert wide["annotation_id"] == str(coded["wide"].pk)
    assert [plain["decision"], plain["ruling_id"] != ""] == ["accept", True]


def test_removed_tag_and_its_decision_are_not_in_it(study, coded, cast):
    remove_annotation(coded["wide"], actor=cast.reviewer)
    release = released(study)
    assert str(coded["wide"].pk) not in {
        row["annotation_id"] for row in rows(release, "annotations.csv")
    }
    assert len(rows(release, "decisions.csv")) == 2


def test_quote_that_is_not_in_its_text_stops_the_release(study, coded, revision):
    text = revision.text.replace("military", "milling ")
    Revision.objects.filter(pk=revision.pk).update(text=text)
    with pytest.raises(ExportMismatch, match=f"annotation_id {coded['plain'].pk}"):
        released(study)


def test_readme_counts_and_explains(study, coded, cast):
    Study.objects.update(licence="CC BY 4.0 | *really*", name="Press <study>")
    said = member(released(study), "README.md").decode()
    assert said.startswith("# Press \\<study\\>\n")
    assert "may be used under: CC BY 4.0 \\| \\*really\\*." in said
    assert "in 3 texts of 3 news articles from 3 outlets on 1 story: 4 annotations" in said
    assert "| `loaded` | Loaded language | 3 | 2 |" in said
    assert "## Agreement between coders\n\n2 coders tagged framing in 3 news texts" in said
    assert "| Noticed | Krippendorff’s α |" in said
    for columns in COLUMNS.values():
        assert all(f"| `{column.name}` |" in said for column in columns)
    assert MANIFEST in said


def test_progress_grows_to_about_all_rows(study, coded):
    told = []
    released(study, note=lambda count, said: told.append((count, said)))
    counts = [count for count, _ in told]
    assert counts == sorted(counts)
    assert counts[-1] == rows_to_write(study) - 1 == 3 * 4 + 1 + 3
    assert "computing the agreement" in [said for _, said in told]


@pytest.mark.django_db(transaction=True)
def test_release_is_of_one_moment_whatever_is_tagged_meanwhile(study, coded, story, tag):
    other = make_revision(story, outlet="Late", text="Late words.")

    def tag_now():
        tag(other, "Late")
        connection.close()

    def note(count, said):
        if said == "writing annotations.jsonl" and not tagging.ident:
            tagging.start()
            tagging.join()

    tagging = threading.Thread(target=tag_now)
    release = released(study, note=note)
    assert Annotation.objects.count() == 5
    assert [manifest_of(release).files[f"annotations.{form}"].rows
            for form in ("csv", "jsonl", "jsonld")] == [4, 4, 4]  # fmt: skip


def test_docs_tell_the_columns_of_the_release_alone_in_order():
    said = (Path(__file__).parent.parent / "docs" / "release.md").read_text()
    for name, columns in {
        "decisions.csv": DECISIONS,
        "articles.csv": (*ARTICLES, TEXT),
        "codebook_revisions.csv": CODEBOOK_REVISIONS,
    }.items():
        table = said.split(f"## {name}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)[1:]
        assert rows == [(column.name, column.meaning) for column in columns]
