import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.export.columns import ANNOTATIONS, CARRY, FACTS, GOLD, RULINGS
from annotations.export.exporting import ExportMismatch, export_annotations, export_facts
from annotations.facts.stating import QuotedSpan, set_report, state_fact
from annotations.language.speaking import record_speaker
from annotations.models import Annotation, Carry, Fact
from annotations.rulings.ruling import rule
from annotations.tags.tagging import edit_annotation, remove_annotation
from annotations.texts.anchoring import utf16_offsets
from sources.models import Revision
from tests.conftest import GAZETTE, HARBOUR, make_revision, make_study, revise

DOCS = Path(__file__).parent.parent / "docs" / "export.md"

pytestmark = pytest.mark.django_db


def exported(write=export_annotations, chosen=None, **kwargs) -> bytes:
    file = io.BytesIO()
    write((Annotation.objects.standing() if chosen is None else chosen), file, **kwargs)
    return file.getvalue()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def only_row(**kwargs) -> dict[str, str]:
    [row] = rows_of(exported(**kwargs))
    return row


def carry(study, span, revision, outcome, exact="", **given):
    """Store where the span stands in a newer revision: at the first place of `exact`, if any."""
    place = {}
    if exact:
        start = revision.text.index(exact)
        place = {"start": start, "end": start + len(exact), "exact": exact}
    given = {"origin": span.revision, "score": 0.5} | place | given
    return Carry.objects.create(study=study, span=span, revision=revision, outcome=outcome, **given)


def carried(row):
    """Return what a row says of the newest text."""
    return [row[column.name] for column in CARRY]


def set_times(annotation):
    """Give the annotation and its article times that a test can spell out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotations_annotation SET created_at = '2026-01-31 10:00:00.5Z',"
            " updated_at = '2026-02-01 00:00:00Z' WHERE id = %s",
            [annotation.pk],
        )
        cursor.execute("UPDATE sources_article SET published_at = '2026-01-30 09:30:00Z'")


def test_annotation_is_exported_to_the_letter(study, story, cast, codes, tag):
    revision = make_revision(story, text="Fog 🌫 “lifts”, he said", url="https://a.example/?q=1,2")
    record_speaker(study, "=Pilot", spellings=["a pilot"], recorder=cast.owner)
    annotation = tag(
        revision, "“lifts”", voice="attributed", speaker="a pilot",
        note='First, "second"; third\nfourth', polarity="mixed", target="the fog",
    )  # fmt: skip
    ruled = rule(annotation, "recode", version=1, code=codes["damage"], reason="=1",
                 moderator=cast.moderator)  # fmt: skip
    set_times(annotation)
    assert exported(lossless=True).decode().split("\r\n", 1)[1] == (
        f"1,{annotation.pk},{annotation.span_id},press,{story.pk},The harbour accord,"
        f"{revision.article_id},"
        'The Harbour Times,Harbour deal,"https://a.example/?q=1,2",2026-01-30T09:30:00Z,,'
        f'{revision.pk},1,{revision.sha256},6,13,7,14,“lifts”,Fog 🌫 ,", he said",'
        "1,,,,,6,13,“lifts”,"
        "loaded,loaded,Loaded language,false,damage,damage,the fog,mixed,attributed,a pilot,=Pilot,"
        '"First, ""second""; third\nfourth",reviewer,accepted,moderator,=1,'
        "2026-01-31T10:00:00.500000Z,2026-02-01T00:00:00.000000Z,"
        f"{ruled.made_at:%Y-%m-%dT%H:%M:%S.%fZ},1,\r\n"
    )


def test_export_of_nothing_is_a_header(study):
    head = ",".join(["row_safe", *(column.name for column in ANNOTATIONS)])
    assert exported() == f"\ufeff{head}\r\n".encode()


@pytest.mark.parametrize("note", [
    "=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n", "  =1", "\u3000=1",
    "\u00a0@a", "\ufeff=1",
    "＝1", "＋1", "－1", "＠a", " ＝1", "\tplain", "'quoted'",
])  # fmt: skip
def test_formula_gets_an_apostrophe_that_taking_away_restores(revision, tag, note):
    tag(revision, "Monday", note=note)
    assert only_row()["note"] == f"'{note}"
    assert only_row(lossless=True)["note"] == note


@pytest.mark.parametrize("note", ["plain", "a=b", " plain", "1-2", "“=1”", "x\t=1", "“'”", "🙂"])
def test_harmless_cell_is_the_same_in_both_forms(revision, tag, note):
    tag(revision, "Monday", note=note)
    assert only_row()["note"] == only_row(lossless=True)["note"] == note


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(note=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12))
def test_safe_form_never_starts_a_formula_and_can_be_undone(revision, tag, note):
    Annotation.objects.all().delete()
    tag(revision, "Monday", note=note)
    safe = only_row()["note"]
    assert safe.strip()[:1] not in set("=+-@＝＋－＠") or not safe.strip()
    assert safe.removeprefix("'") == only_row(lossless=True)["note"] == note


def test_every_text_column_is_made_safe(study, story, cast, codes, tag):
    revision = make_revision(story, outlet="=o", headline="=h", text="=exact=rest")
    tag(revision, "=exact", code="threat", target="=t", polarity="mixed", note="=n",
        voice="attributed", speaker="=s")  # fmt: skip
    type(story).objects.update(title="=y")
    cast.reviewer.username = "@reviewer"
    cast.reviewer.save()
    row = only_row()
    names = ("story", "outlet", "headline", "exact", "suffix", "target", "speaker", "note")
    assert [row[name] for name in names] == (
        ["'=y", "'=o", "'=h", "'=exact", "'=rest", "'=t", "'=s", "'=n"]
    )
    assert row["annotator"] == "'@reviewer"
    assert row["start"] == "0"


def test_offsets_in_utf16_count_two_beyond_the_bmp(story, tag):
    text = "🇫🇷 a𝒳é 漢字 שלום 👩‍👩‍👧 end 🙂"
    revision = make_revision(story, text=text)
    for words in ("🇫🇷 a", "𝒳é 漢", "שלום", "👩‍👩‍👧", "end", "🙂"):
        tag(revision, words)
    for row in rows_of(exported()):
        start, end = int(row["start"]), int(row["end"])
        assert (int(row["start_utf16"]), int(row["end_utf16"])) == utf16_offsets(text, start, end)
        assert text[start:end] == row["exact"]


def test_every_row_reslices_to_its_quote_in_reading_order(revision, gazette, tag):
    for words in ("strait", "the", "accord on Monday.\n\nCritics", "Cold War"):
        tag(revision, words)
    for words in ("accord", "Ministers sign accord"):
        tag(gazette, words, code="threat", target="x", polarity="mixed")
    texts = {str(one.pk): one.text for one in Revision.objects.all()}
    rows = rows_of(exported())
    assert [row["row_safe"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    for row in rows:
        assert texts[row["revision_id"]][int(row["start"]) : int(row["end"])] == row["exact"]
    places = [(row["revision_id"], int(row["start"])) for row in rows]
    assert places == sorted(places)


def test_removed_annotation_is_absent(revision, tag, cast):
    tag(revision, "Monday")
    remove_annotation(tag(revision, "Critics"), actor=cast.reviewer)
    assert only_row()["exact"] == "Monday"


def test_ruling_that_an_edit_took_back_is_absent(revision, tag, cast, codes):
    annotation = tag(revision, "Monday")
    rule(annotation, "reject", version=1, reason="no", moderator=cast.moderator)
    assert only_row()["reason"] == "no"
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "edited"}
    edit_annotation(annotation, version=1, coding=coding, code=codes["loaded"], actor=cast.reviewer)
    row = only_row()
    assert (row["status"], row["moderator"], row["reason"], row["ruled_at"]) == (
        "pending",
        "",
        "",
        "",
    )


def test_only_the_last_ruling_is_exported(revision, tag, cast):
    annotation = tag(revision, "Monday")
    for ruling, reason in (("reject", "first"), ("reopen", ""), ("accept", "last")):
        rule(annotation, ruling, version=1, reason=reason, moderator=cast.moderator)
    assert [row["reason"] for row in rows_of(exported())] == ["last"]


def test_code_below_another_has_both_keys_in_its_path(revision, tag, codes):
    codes["loaded"].parent = codes["threat"]
    codes["loaded"].save()
    tag(revision, "Monday")
    assert only_row()["code_path"] == "threat/loaded"


def test_changed_text_stops_the_export_and_names_the_annotation(revision, gazette, tag):
    tag(gazette, "Monday")
    annotation = tag(revision, "Monday")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sources_revision SET text = replace(text, 'Monday', 'Friday') WHERE id = %s",
            [revision.pk],
        )
    with pytest.raises(ExportMismatch, match=f"annotation_id {annotation.pk}"):
        exported()
    assert connection.is_usable()


def test_export_is_one_query_however_many_rows(revision, gazette, tag):
    for words in ("Monday", "accord"):
        tag(gazette, words)
    for words in ("strait", "Critics", "the", "of"):
        tag(revision, words)
    with CaptureQueriesContext(connection) as queries:
        exported()
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("outcome", "exact", "given", "expected"),
    [
        ("kept", "Monday", {"score": 1}, ["kept", "1.000", "", "1", "88", "94", "Monday"]),
        ("moved", "Monday", {"score": 0.98765}, ["moved", "0.988", "", "1", "88", "94", "Monday"]),
        ("review", "", {"proposed_start": 0, "proposed_end": 2}, ["review", "0.500", "", "1"]),
        ("gone", "", {"score": 0}, ["gone", "0.000", "", "1"]),
        (
            "review",
            "=Moon",
            {"ruling": "placed"},
            ["review", "0.500", "placed", "1", "0", "5", "'=Moon"],
        ),
        ("kept", "", {"ruling": "gone"}, ["kept", "0.500", "gone", "1"]),
    ],
)
def test_row_says_where_its_words_stand_in_the_newest_text(
    revision, study, tag, outcome, exact, given, expected
):
    newest = revise(revision, "=Moon\n\n" + HARBOUR.replace("on Monday", "late on Monday"))
    carry(study, tag(revision, "Monday").span, newest, outcome, exact, **given)
    row = only_row()
    assert carried(row) == ["2", *expected, *[""] * (7 - len(expected))]
    assert (row["revision"], row["exact"], row["start"]) == ("1", "Monday", "76")


def test_words_on_the_newest_text_stand_where_they_are(revision, tag):
    tag(revise(revision, "On Monday"), "Monday")
    assert carried(only_row()) == ["2", "", "", "", "", "3", "9", "Monday"]


def test_words_that_were_not_carried_yet_are_pending(revision, study, tag):
    middle = revise(revision, "On Monday")
    carry(study, tag(revision, "Monday").span, middle, "kept", "Monday")
    revise(middle, "On a Monday")
    assert carried(only_row()) == ["3", "pending", "", "", "", "", "", ""]


def test_carry_of_another_study_is_not_exported(revision, tag):
    span = tag(revision, "Monday").span
    carry(make_study("other", "Other"), span, revise(revision, "On Monday"), "kept", "Monday")
    assert carried(only_row())[1] == "pending"


def test_carried_place_that_does_not_hold_the_words_stops_the_export(revision, study, tag):
    newest = revise(revision, "On the Monday")
    moved = tag(revision, "the")
    carry(study, tag(revision, "Monday").span, newest, "kept", "Monday")
    carry(study, moved.span, newest, "moved", "the", start=0, end=3)
    with pytest.raises(ExportMismatch, match=f"newest text .* carried .* {moved.pk}"):
        exported()


def test_cell_without_words_and_unchecked_cell_have_a_row_each(
    study, story, revision, gazette, cast
):
    fact = state_fact(
        study, story, "An accord was signed", happened_on=date(2026, 5, 5), author=cast.owner
    )
    set_report(fact, gazette.article, status="omitted", version=None, reviewer=cast.reviewer)
    rows = rows_of(exported(export_facts, Fact.objects.all()))
    assert {row["happened_on"] for row in rows} == {"2026-05-05"}
    assert [(row["outlet"], row["report"], row["exact"], row["set_by"]) for row in rows] == [
        ("The Harbour Times", "unchecked", "", ""),
        ("Gazette", "omitted", "", "reviewer"),
    ]


def test_cell_with_two_spans_has_two_rows(study, story, gazette, cast):
    fact = state_fact(study, story, "=fact", author=cast.owner)
    record_speaker(study, "Ilsa", spellings=["+x"], recorder=cast.owner)
    quotes = []
    for words, stance, speaker in (("accord", "asserted", ""), ("Monday", "attributed", "+x")):
        start = GAZETTE.index(words)
        quotes.append(QuotedSpan(start, start + len(words), words, stance, speaker))
    set_report(fact, gazette.article, status="reported", quotes=quotes, note="-", version=None,
               reviewer=cast.reviewer)  # fmt: skip
    rows = rows_of(exported(export_facts, Fact.objects.all()))
    wanted = ("fact", "exact", "stance", "speaker", "speaker_recorded", "note")
    assert [[row[name] for name in wanted] for row in rows] == [
        ["'=fact", "accord", "asserted", "", "", "'-"],
        ["'=fact", "Monday", "attributed", "'+x", "Ilsa", "'-"],
    ]


def test_words_of_a_cell_are_carried_as_those_of_a_tag(study, story, gazette, cast):
    fact = state_fact(study, story, "An accord was signed", author=cast.owner)
    quote = QuotedSpan(GAZETTE.index("Monday"), GAZETTE.index("Monday") + 6, "Monday")
    report = set_report(fact, gazette.article, status="reported", quotes=[quote], version=None,
                        reviewer=cast.reviewer)  # fmt: skip
    carry(study, report.quotes.get().span, revise(gazette, "On Monday"), "moved", "Monday")
    [row] = rows_of(exported(export_facts, Fact.objects.all()))
    assert carried(row) == ["2", "moved", "0.500", "", "1", "3", "9", "Monday"]
    Carry.objects.update(start=0, end=6)
    with pytest.raises(ExportMismatch, match=f"carried words of fact_id {fact.pk}"):
        exported(export_facts, Fact.objects.all())


def test_changed_text_stops_the_export_of_facts(study, story, gazette, cast):
    fact = state_fact(study, story, "An accord was signed", author=cast.owner)
    quote = QuotedSpan(GAZETTE.index("accord"), GAZETTE.index("accord") + 6, "accord")
    set_report(fact, gazette.article, status="reported", quotes=[quote], version=None,
               reviewer=cast.reviewer)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sources_revision SET text = replace(text, 'accord', 'treaty')")
    with pytest.raises(ExportMismatch, match=f"fact_id {fact.pk}, article_id"):
        exported(export_facts, Fact.objects.all())


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("annotations.csv", ANNOTATIONS),
        ("gold.csv", GOLD),
        ("rulings.csv", RULINGS),
        ("facts.csv", FACTS),
    ],
)
def test_docs_describe_every_column_in_order(heading, columns):
    section = re.split(r"^## ", DOCS.read_text(), flags=re.MULTILINE)
    [section] = [part for part in section if part.startswith(f"{heading}\n")]
    documented = re.findall(r"^\| `(\w+)` \| (.*) \|$", section, flags=re.MULTILINE)
    described = [(name, meaning.replace("`", "")) for name, meaning in documented]
    numbering = ("row_safe", "number of the row, from 1; row_lossless in the lossless form")
    assert described == [numbering, *((column.name, column.meaning) for column in columns)]
