import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from annotations.models import Annotation, Change, Span, Status, Voice
from annotations.tags.tagging import (
    EditConflict,
    TagRefused,
    edit_annotation,
    remove_annotation,
    tag_span,
)
from annotations.texts.anchoring import OutsideText, QuoteMismatch
from tests.conftest import make_revision, make_study


def coding(**given):
    plain = {"target": "", "polarity": "", "voice": Voice.OUTLET, "speaker": "", "note": ""}
    return plain | given


def test_tag_stores_span_annotation_and_first_step(revision, tag, cast):
    annotation = tag(revision, "military suffocation", note="strong")
    annotation.refresh_from_db()
    assert (annotation.note, annotation.status) == ("strong", Status.PENDING)
    change = annotation.changes.get()
    assert (change.number, change.before, change.actor) == (1, 0, cast.reviewer)
    assert change.code == annotation.code


def test_same_id_again_is_the_same_annotation(revision, tag):
    id = uuid.uuid4()
    assert tag(revision, "harbour accord", id=id) == tag(revision, "harbour accord", id=id)
    assert (Annotation.objects.count(), Change.objects.count()) == (1, 1)


def test_same_id_for_other_words_or_another_person_is_refused(revision, tag, cast):
    annotation = tag(revision, "harbour accord")
    with pytest.raises(TagRefused, match="already used"):
        tag(revision, "military", id=annotation.id)
    with pytest.raises(TagRefused, match="already used"):
        tag(revision, "harbour accord", id=annotation.id, annotator=cast.colleague)


def test_two_tags_on_the_same_words_share_the_span(revision, tag, cast):
    tag(revision, "military suffocation")
    tag(revision, "military suffocation", code="damage")
    tag(revision, "military suffocation", annotator=cast.colleague)
    assert Span.objects.count() == 1
    assert Annotation.objects.count() == 3


def test_words_that_differ_or_lie_outside_write_nothing(revision, study, codes, cast):
    common = {"study": study, "code": codes["loaded"], "annotator": cast.reviewer}
    with pytest.raises(QuoteMismatch):
        tag_span(revision, id=uuid.uuid4(), start=0, end=3, exact="Hat", **common)
    with pytest.raises(OutsideText):
        tag_span(revision, id=uuid.uuid4(), start=0, end=9999, exact="x", **common)
    assert not Span.objects.exists()


def test_code_of_another_codebook_is_refused(revision, tag, codes):
    codes["loaded"] = make_study("other", "Other").codebook.codes.get(key="loaded")
    with pytest.raises(TagRefused, match="codebook"):
        tag(revision, "accord")


def test_code_that_asks_for_a_target_is_refused_without_one(revision, tag):
    with pytest.raises(TagRefused, match="whom"):
        tag(revision, "accord", code="threat", target="the ministers")
    tag(revision, "accord", code="threat", target="the ministers", polarity="negative")


def test_code_for_whole_articles_is_refused_on_words(revision, tag, codes):
    codes["loaded"].marks_spans = False
    with pytest.raises(TagRefused, match="matrix"):
        tag(revision, "accord")


def test_speaker_without_attribution_is_refused(revision, tag):
    with pytest.raises(TagRefused, match="speaker"):
        tag(revision, "accord", speaker="a critic")


def test_edit_changes_the_coding_and_lets_a_ruling_lapse(revision, tag, codes, cast):
    annotation = tag(revision, "Cold War mentality")
    Annotation.objects.update(status=Status.ACCEPTED)
    edited = edit_annotation(
        annotation, version=1, code=codes["damage"], coding=coding(note="n"), actor=cast.reviewer
    )
    assert (edited.code, edited.note, edited.version) == (codes["damage"], "n", 2)
    assert edited.status == Status.PENDING


def test_edit_that_changes_nothing_writes_nothing(revision, tag, codes, cast):
    annotation = tag(revision, "accord")
    Annotation.objects.update(status=Status.ACCEPTED)
    edit_annotation(
        annotation, version=1, code=codes["loaded"], coding=coding(), actor=cast.reviewer
    )
    annotation.refresh_from_db()
    assert (annotation.version, annotation.status) == (1, Status.ACCEPTED)


def test_second_of_two_editors_is_told_and_nothing_is_overwritten(revision, tag, codes, cast):
    annotation = tag(revision, "accord")
    common = {"code": codes["loaded"], "actor": cast.reviewer, "version": 1}
    edit_annotation(annotation, coding=coding(note="first"), **common)
    with pytest.raises(EditConflict) as conflict:
        edit_annotation(annotation, coding=coding(note="second"), **common)
    assert conflict.value.current.note == "first"
    assert Annotation.objects.get().note == "first"


def test_only_the_annotator_edits_or_removes(revision, tag, codes, cast):
    annotation = tag(revision, "accord")
    with pytest.raises(TagRefused, match="Only the person"):
        remove_annotation(annotation, actor=cast.moderator)
    with pytest.raises(TagRefused, match="Only the person"):
        edit_annotation(
            annotation, version=1, code=codes["loaded"], coding=coding(note="x"), actor=cast.owner
        )


def test_removed_tag_no_longer_stands_and_removing_twice_is_once(revision, tag, cast):
    annotation = tag(revision, "accord")
    remove_annotation(annotation, actor=cast.reviewer)
    remove_annotation(annotation, actor=cast.reviewer)
    assert not Annotation.objects.standing().exists()
    assert Change.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_same_request_eight_times_at_once_is_one_annotation(revision, study, codes, cast):
    id = uuid.uuid4()

    def send(_):
        try:
            return tag_span(
                revision,
                study=study,
                id=id,
                start=0,
                end=7,
                exact="Harbour",
                code=codes["loaded"],
                annotator=cast.reviewer,
            ).created
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(send, range(8)))
    assert created.count(True) == 1
    assert Annotation.objects.count() == Span.objects.count() == 1


def test_tag_is_one_statement(revision, tag, django_assert_num_queries):
    with django_assert_num_queries(1):
        tag(revision, "military suffocation")


def test_span_beyond_the_bmp_re_slices_to_its_quote(story, tag):
    revision = make_revision(story, text="🛳️ ships 東京 é e\u0301 עברית", outlet="Signals")
    for words in ("🛳️ ships", "東京", "e\u0301", "עברית"):
        span = tag(revision, words).span
        assert revision.text[span.start : span.end] == span.exact == words
