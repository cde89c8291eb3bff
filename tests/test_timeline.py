import pytest

from annotations.models import Carry
from annotations.revisions.timeline import parts_of, timeline
from annotations.tags.tagging import remove_annotation
from annotations.texts.prose import prose_diff
from tests.conftest import HARBOUR, make_study, revise

LATER = HARBOUR.replace("Monday", "Tuesday, the mayor said")


@pytest.fixture
def events(study, revision):
    """The timeline of the article: events()."""

    def events():
        newest_first = list(revision.article.revisions.all())
        return timeline(study, revision.article, newest_first)

    return events


def carry(study, annotation, revision, outcome, **place):
    origin = annotation.span.revision
    return Carry.objects.create(
        study=study, span=annotation.span, revision=revision, origin=origin, outcome=outcome,
        score=1, **place,
    )  # fmt: skip


def test_revision_is_counted_against_the_one_before(events, revision):
    revise(revision, LATER, headline="Harbour deal signed")
    second, first = events()
    assert (second.added, second.removed) == (4, 1)
    assert second.headline_was == "Harbour deal"
    assert (first.before, first.headline_was, first.put_back) == (None, "", None)


def test_text_that_was_put_back_names_the_first_with_it(events, revision):
    revise(revise(revision, LATER), HARBOUR)
    third, second, _ = events()
    assert (third.put_back, second.put_back) == (1, None)


def test_revisions_of_a_page_are_counted_against_the_one_on_the_next(study, revision):
    second = revise(revision, LATER)
    third = revise(second, HARBOUR)
    newest, older = timeline(study, revision.article, [third, second])
    assert (newest.before, older.before) == (second, revision)


def test_tags_are_those_of_the_study_that_stand(events, study, revision, tag, cast):
    second = revise(revision, LATER)
    tag(second, "harbour accord")
    remove_annotation(tag(second, "Critics"), actor=cast.reviewer)
    other = make_study("other", "Other")
    other.stories.add(revision.article.story)
    assert [event.tag_count for event in events()] == [1, 0]
    assert timeline(other, revision.article, [second])[0].tag_count == 0


def test_carries_are_counted_as_they_stand(events, study, revision, tag):
    second = revise(revision, LATER)
    places = {"start": 0, "end": 7, "exact": "Harbour"}
    carry(study, tag(revision, "Harbour"), second, "kept", **places)
    carry(study, tag(revision, "Critics"), second, "review")
    carry(study, tag(revision, "strait"), second, "review", ruling="accepted", **places)
    carry(study, tag(revision, "signed"), second, "review", ruling="gone")
    newest, first = events()
    assert newest.carried == [(1, "kept"), (1, "placed by hand"), (1, "to review"), (1, "gone")]
    assert first.carried == []


def test_tags_stand_in_each_row_that_they_reach_into(study, revision, tag):
    second = revise(revision, LATER)
    words = "strait\n\nThe ministers"
    tag(revision, words)
    tag(second, "Tuesday")
    tag(second, "the mayor said")
    parts = parts_of(study, prose_diff(HARBOUR, LATER), revision, second)
    found = [[(t.revision, t.count) for t in tags] for part in parts for _, tags in part.rows]
    assert found == [[(revision, 1)], [(revision, 1), (second, 2)], []]
    assert [part.tag_count for part in parts] == [1, 3, 0]
    (_, (_, there)) = parts[1].rows[0]
    assert LATER[there.start : there.end] == "Tuesday"


def test_tag_in_a_paragraph_that_moved_stands_at_its_end_of_the_move(study, revision, tag):
    head, middle, last = HARBOUR.split("\n\n")
    text = "\n\n".join([last, head, middle])
    second = revise(revision, text)
    tag(revision, "Critics")
    parts = parts_of(study, prose_diff(HARBOUR, text), revision, second)
    tagged = [row.fate.value for part in parts for row, tags in part.rows if tags]
    assert tagged == ["moved_from"]


def test_folded_rows_keep_their_tags(study, revision, tag):
    long = "\n".join(f"Paragraph {n} of the report." for n in range(6))
    first = revise(revision, long)
    second = revise(first, f"{long}\nAnother end.")
    tag(second, "Paragraph 1")
    fold, *_ = parts_of(study, prose_diff(long, second.text), first, second)
    assert fold.folded
    assert fold.tag_count == 1
