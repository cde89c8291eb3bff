import uuid

import pytest
from django.utils import timezone

from annotations.codebook.codifying import edit_code
from annotations.models import Annotation, Change, Span
from annotations.tags.marks import marks_near, marks_on
from annotations.tags.quick_tagging import tag_quickly
from annotations.tags.tagging import TagRefused, known_code, tag_span
from annotations.texts.anchoring import AnchorError, quote_at
from sources.passages import passages, touched
from tests.conftest import make_revision

CODING = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": ""}
LONG = "\n\n".join(f"Passage {n} 🚢 " + "of many wörds " * 150 for n in range(6))


@pytest.fixture
def quickly(study, cast):
    """Tag quickly as a reviewer: quickly(revision, "words", code="loaded", …)."""

    def quickly(revision, words, **given):
        start = revision.text.find(words)
        place = {"start": start, "end": start + len(words), "exact": words}
        fields = {"id": uuid.uuid4(), "revision": revision.pk, "code": "loaded"} | place | CODING
        return tag_quickly(given.pop("annotator", cast.reviewer), study.key, **(fields | given))

    return quickly


def slowly(ground, study, annotator, **given):
    code = known_code(ground.code, given.pop("code"))
    return tag_span(ground.revision, study=study, code=code, annotator=annotator, **given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "nope"},
        {"code": "threat"},
        {"code": "threat", "target": "the ministry"},
        {"code": "omission"},
        {"code": "ended"},
        {"exact": "record"},
        {"exact": "accor"},
        {"exact": " \n ", "start": 30, "end": 33},
        {"start": 99_990, "end": 99_996},
        {"start": 0, "end": 0, "exact": ""},
        {"speaker": "a critic"},
    ],
)
def test_what_tag_span_refuses_is_not_written(quickly, study, revision, cast, wrong):
    study.codebook.codes.create(
        key="omission", name="Omission", definition="Left out.", colour="#333333", marks_spans=False
    )
    study.codebook.codes.create(
        key="ended", name="E", definition="E.", colour="#333333", retired_at=timezone.now()
    )
    ground = quickly(revision, "accord", **wrong)
    assert ground.mark is None
    assert not Annotation.objects.exists()
    assert not Span.objects.exists()
    start = revision.text.index("accord")
    place = {"start": start, "end": start + len("accord"), "exact": "accord"}
    given = {"id": uuid.uuid4(), "code": "loaded"} | place | CODING | wrong
    with pytest.raises((AnchorError, TagRefused)):
        slowly(ground, study, cast.reviewer, **given)


@pytest.mark.parametrize("exact", [LONG[:7], LONG[-8:], LONG[2100:2140], LONG[4:9000], "🚢"])
def test_span_has_the_quote_and_context_of_its_text(quickly, story, exact):
    revision = make_revision(story, text=LONG, outlet="Long")
    quickly(revision, exact)
    span = Span.objects.get()
    quote = quote_at(LONG, span.start, span.end, exact)
    assert (span.exact, span.prefix, span.suffix) == (quote.exact, quote.prefix, quote.suffix)


def test_new_mark_is_what_the_desk_reads_later(quickly, study, revision, cast):
    ground = quickly(revision, "accord", code="threat", target="Compact", polarity="negative")
    assert marks_on(study, revision.article.story_id, [revision.pk]) == [ground.mark]
    change = Change.objects.get()
    assert (change.number, change.before, change.actor) == (1, 0, cast.reviewer)


@pytest.mark.parametrize("words", ["Passage 0", "Passage 3", "Passage 5"])
def test_near_are_at_least_the_marks_on_the_same_passages(quickly, study, story, words):
    revision = make_revision(story, text=LONG, outlet="Long")
    for n in range(6):
        quickly(revision, f"age {n}")
    ground = quickly(revision, words)
    passage = touched(passages(LONG), ground.mark.start, ground.mark.end)[0]
    here = marks_near(study, revision.article.story_id, revision, passage.start, passage.end)
    assert {mark.id for mark in here} - {ground.mark.id} <= {mark.id for mark in ground.near}
    assert ground.near == sorted(ground.near, key=lambda mark: (mark.start, -mark.end))


def test_same_id_again_writes_nothing_and_leaves_it_to_the_caller(quickly, revision):
    one = uuid.uuid4()
    assert quickly(revision, "accord", id=one).mark
    assert quickly(revision, "accord", id=one).mark is None
    assert Annotation.objects.count() == 1
    assert Change.objects.count() == 1


def test_outsider_has_no_ground(quickly, revision, cast):
    assert quickly(revision, "accord", annotator=cast.outsider) is None
    assert not Annotation.objects.exists()


def test_quick_tag_names_the_revision_of_the_codebook(quickly, study, revision, codes, cast):
    edit_code(codes["loaded"], definition="Other.", made_by=cast.owner)
    quickly(revision, "accord")
    assert Annotation.objects.get().codebook_revision == 2
    assert Change.objects.get().codebook_revision == 2
