"""Gold and rulings as CSV."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from annotations.export.columns import GOLD, RULINGS
from annotations.export.exporting import (
    ExportMismatch,
    export_annotations,
    export_gold,
    export_rulings,
)
from annotations.models import Annotation, Assignment, CardRuling, Role, Study, TrainingStory
from annotations.rulings.adjudicating import take_back
from annotations.rulings.gold import gold_for, rulings_for
from tests.adjudicated import Kind, cards_of, close, rule_on
from tests.conftest import make_revision
from tests.test_export_views import rows_of as rows_sent
from tests.test_exporting import exported, rows_of

pytestmark = pytest.mark.django_db
PAGE = "/studies/press/export/"


def gold_rows(study, **kwargs):
    return rows_of(exported(export_gold, gold_for(study, Role.OWNER), **kwargs))


def ruling_rows(study, **kwargs):
    return rows_of(exported(export_rulings, rulings_for(study, Role.OWNER), **kwargs))


@pytest.fixture
def card(study, story, revision, tag, cast):
    """A card with two coders' tags: `military suffocation` and, within it, `suffocation`."""
    tag(revision, "military suffocation", note="=n")
    tag(revision, "suffocation", annotator=cast.colleague, code="damage")
    [card] = cards_of(study, story, cast.moderator)
    return card


def tag_of(person):
    return Annotation.objects.get(annotator=person)


def test_gold_tag_is_exported_to_the_letter(study, story, cast, tag):
    revision = make_revision(story, text="Fog 🌫 “lifts”, he said")
    tag(revision, "“lifts”", voice="attributed", speaker="a pilot", note="=n")
    tag(revision, "“lifts”", annotator=cast.colleague)
    [card] = cards_of(study, story, cast.moderator)
    ruling = rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator,
                     reason="=1", guideline=True)  # fmt: skip
    gold = ruling.gold.get()
    content = exported(export_gold, gold_for(study, Role.OWNER), lossless=True)
    assert content.decode().split("\r\n", 1)[1] == (
        f"1,{gold.pk},{card.pk},{gold.span_id},press,{story.pk},The harbour accord,"
        f"{revision.article_id},The Harbour Times,Harbour deal,,,,"
        f'{revision.pk},1,{revision.sha256},6,13,7,14,“lifts”,Fog 🌫 ,", he said",'
        "1,,,,,6,13,“lifts”,loaded,loaded,Loaded language,true,,,attributed,a pilot,,=n,"
        f"{tag_of(cast.reviewer).pk},2,2,one,1,=1,true,false,moderator,"
        f"{ruling.made_at:%Y-%m-%dT%H:%M:%S.%fZ},,1\r\n"
    )


def test_rulings_are_exported_to_the_letter(study, story, tag, cast):
    revision = make_revision(story, text="They spoke of a military suffocation of it.")
    mine = tag(revision, "military suffocation")
    theirs = tag(revision, "suffocation", annotator=cast.colleague, code="damage")
    [card] = cards_of(study, story, cast.moderator)
    ruling = rule_on(card, Kind.ONE, theirs, moderator=cast.moderator, reason="=1")
    at = f"{ruling.made_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    place = f"press,{story.pk},The harbour accord,{revision.article_id},The Harbour Times,"
    place += f"Harbour deal,{revision.pk},1,{revision.sha256}"
    said = f"one,1,'=1,false,false,moderator,{at},true,,\r\n"
    content = exported(export_rulings, rulings_for(study, Role.OWNER)).decode("utf-8-sig")
    assert content.split("\r\n", 1)[1] == (
        f"1,{ruling.pk},{mine.pk},{card.pk},{place},16,36,16,36,military suffocation,"
        f"They spoke of a , of it.,1,16,36,loaded,loaded,reviewer,false,{said}"
        f"2,{ruling.pk},{theirs.pk},{card.pk},{place},25,36,25,36,suffocation,"
        f"They spoke of a military , of it.,1,16,36,damage,damage,colleague,true,{said}"
    )


def test_only_gold_in_force_is_exported(study, card, cast):
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    rule_on(card, Kind.ONE, tag_of(cast.colleague), moderator=cast.owner)
    assert [(row["exact"], row["ruling_number"]) for row in gold_rows(study)] == [
        ("suffocation", "2")
    ]


def test_ruling_that_was_taken_back_is_in_the_log(study, card, cast):
    ruling = rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    back = take_back(ruling, moderator=cast.moderator)
    rows = ruling_rows(study)
    assert [(row["ruling"], row["in_force"]) for row in rows] == [
        ("one", "false"), ("one", "false"), ("reopen", "true"), ("reopen", "true"),
    ]  # fmt: skip
    assert {row["taken_back_at"] for row in rows} == {f"{back.made_at:%Y-%m-%dT%H:%M:%S.%fZ}", ""}
    assert {row["takes_back"] for row in rows} == {"", str(ruling.pk)}
    assert gold_rows(study) == []


def test_every_gold_row_reslices_to_its_quote(study, card, revision, cast):
    rule_on(card, Kind.SEVERAL, tag_of(cast.reviewer), tag_of(cast.colleague),
            moderator=cast.moderator)  # fmt: skip
    rows = gold_rows(study) + ruling_rows(study)
    assert len(rows) == 4
    for row in rows:
        assert revision.text[int(row["start"]) : int(row["end"])] == row["exact"]


@pytest.mark.parametrize("write", [gold_rows, ruling_rows])
def test_changed_text_stops_the_export_and_names_the_row(study, card, cast, write):
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sources_revision SET text = replace(text, 'military', 'mulitary')")
    with pytest.raises(ExportMismatch, match=r"words of \w+_id \d+, \w+_id [0-9a-f-]+\."):
        write(study)


def test_annotation_says_whether_it_is_in_gold(study, card, cast, revision, tag):
    tag(revision, "Monday")
    assert {row["in_gold"] for row in rows_of(exported())} == {""}
    rule_on(card, Kind.ONE, tag_of(cast.colleague), moderator=cast.moderator)
    said = {row["exact"]: row["in_gold"] for row in rows_of(exported())}
    assert said == {"Monday": "", "military suffocation": "false", "suffocation": "true"}
    rule_on(card, Kind.DISCUSS, moderator=cast.moderator, reason="Which?")
    assert {row["in_gold"] for row in rows_of(exported())} == {""}


def test_same_tag_of_another_coder_is_in_gold_too(study, story, revision, tag, cast):
    tags = [tag(revision, "Monday", annotator=each) for each in (cast.reviewer, cast.colleague)]
    [card] = cards_of(study, story, cast.moderator)
    rule_on(card, Kind.ONE, tags[0], moderator=cast.moderator)
    assert [row["in_gold"] for row in rows_of(exported())] == ["true", "true"]
    assert [row["chosen"] for row in ruling_rows(study)] == ["true", "true"]
    assert len(gold_rows(study)) == 1


def test_rulings_of_a_closed_story_are_not_in_the_annotations(study, story, card, cast):
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator, reason="why")
    rows = rows_of(exported(closed={story.pk}, gold_in=[]))
    hidden = ("status", "ruled_code", "moderator", "reason", "ruled_at", "in_gold")
    assert {tuple(row[name] for name in hidden) for row in rows} == {
        ("pending", "", "", "", "", "")
    }
    tagged = {row["annotator"]: row["updated_at"] for row in rows}
    assert tagged == {row.annotator.username: f"{row.changes.get().made_at:%Y-%m-%dT%H:%M:%S.%fZ}"
                      for row in Annotation.objects.all()}  # fmt: skip


def test_blind_reviewer_gets_own_pending_tags_only(study, story, card, cast, client_of):
    Study.objects.update(blind=True)
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    client = client_of(cast.reviewer)
    [row] = rows_sent(client.get(f"{PAGE}annotations.csv"))
    assert (row["annotator"], row["status"], row["in_gold"]) == ("reviewer", "pending", "")
    assert rows_sent(client.get(f"{PAGE}annotations.csv", {"status": "accepted"})) == []
    assert len(rows_sent(client.get(f"{PAGE}annotations.csv", {"status": "pending"}))) == 1
    assert b"colleague" not in client.get(PAGE).content


@pytest.mark.parametrize("blind", [True, False])
@pytest.mark.parametrize("name", ["gold", "rulings"])
def test_reviewer_gets_gold_once_the_story_is_ruled(study, card, cast, client_of, name, blind):
    Study.objects.update(blind=blind)
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    address, client = f"{PAGE}{name}.csv", client_of(cast.reviewer)
    assert rows_sent(client.get(address)) == []
    assert rows_sent(client_of(cast.moderator).get(address))
    close(card, cast.moderator)
    assert rows_sent(client.get(address))


@pytest.mark.parametrize("name", ["gold", "rulings"])
def test_moderator_with_a_part_to_code_gets_no_gold_of_the_story(
    study, story, card, cast, client_of, name
):
    Study.objects.update(blind=True)
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    part = Assignment.objects.create(study=study, story=story, coder=cast.owner)
    address, client = f"{PAGE}{name}.csv", client_of(cast.owner)
    assert rows_sent(client.get(address)) == []
    part.delete()
    assert rows_sent(client.get(address))


def test_gold_of_a_training_story_is_for_moderators(study, story, card, cast, client_of):
    TrainingStory.objects.create(study=study, story=story)
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    close(card, cast.moderator)
    assert rows_sent(client_of(cast.reviewer).get(f"{PAGE}gold.csv")) == []
    assert {row["in_gold"] for row in rows_sent(client_of(cast.reviewer).get(
        f"{PAGE}annotations.csv"))} == {""}  # fmt: skip
    assert len(rows_sent(client_of(cast.moderator).get(f"{PAGE}gold.csv"))) == 1


def test_layer_of_one_coder_can_be_chosen(card, cast, client_of):
    rows = rows_sent(client_of(cast.owner).get(f"{PAGE}annotations.csv", {"layer": "colleague"}))
    assert [row["annotator"] for row in rows] == ["colleague"]
    unknown = client_of(cast.owner).get(f"{PAGE}annotations.csv", {"layer": "nobody"})
    assert unknown.status_code == 422


def test_page_counts_gold_and_rulings(study, card, cast, client_of):
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    page = " ".join(client_of(cast.moderator).get(PAGE).content.decode().split())
    assert re.search(r"Gold layer</dt> <dd>1 in all", page)
    assert re.search(r"Rulings</dt> <dd>1 in all", page)


@pytest.mark.parametrize(("option", "columns"), [("gold", GOLD), ("rulings", RULINGS)])
def test_command_exports_gold_and_rulings(study, card, cast, tmp_path, option, columns):
    rule_on(card, Kind.NOBODY, moderator=cast.moderator, reason="no")
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.owner)
    out, given = tmp_path / "file.csv", {option: True}
    call_command("export_annotations", study="press", out=out, stderr=io.StringIO(), **given)
    rows = rows_of(out.read_bytes())
    assert [*rows[0]] == ["row_safe", *(column.name for column in columns)]
    assert len(rows) == {"gold": 1, "rulings": 2 * CardRuling.objects.count()}[option]


def test_command_takes_one_table(study):
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("export_annotations", "--study=press", "--gold", "--facts")


def test_export_of_annotations_is_one_query_with_gold(card, cast, django_assert_num_queries):
    rule_on(card, Kind.ONE, tag_of(cast.reviewer), moderator=cast.moderator)
    with django_assert_num_queries(1):
        exported(export_annotations)
