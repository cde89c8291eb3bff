from datetime import UTC, date, datetime

import pytest

from annotations.language import scope
from annotations.language.conceiving import exclude_place, make_concept
from annotations.language.scope import Scope
from annotations.language.word_choice import WordChoice, concepts_of
from annotations.models import Annotation
from annotations.revisions.carries import carry_to
from sources.models import Article, Story
from tests.conftest import GAZETTE, HARBOUR, make_revision, make_study, revise

pytestmark = pytest.mark.django_db


@pytest.fixture
def concept(study, cast):
    wordings = ["accord", "harbour accord", "deal"]
    return make_concept(study, "the accord", kind="event", wordings=wordings, author=cast.reviewer)


def choice_of(study, **asked):
    return WordChoice(study, list(concepts_of(study)), Scope(**asked))


def counts(study, **asked):
    """Return outlet → name → count, as the table of the only concept has it."""
    [row] = choice_of(study, **asked).table().rows
    return {
        cell.column.name: {use.name.wording: use.count for use in cell.uses} for cell in row.cells
    }


def exclude(concept, revision, words, *, reviewer, occurrence=1):
    start = -1
    for _ in range(occurrence):
        start = revision.text.index(words, start + 1)
    name = concept.names.get(wording=words)
    return exclude_place(name, revision, start=start, end=start + len(words), reviewer=reviewer)


def test_names_are_counted_by_outlet_the_longest_once(study, concept, revision, gazette):
    assert counts(study) == {
        "Gazette": {"accord": 2},
        "The Harbour Times": {"deal": 1, "harbour accord": 1},
    }


def test_rate_and_share_are_of_the_outlets_own_words(study, concept, revision, gazette):
    table = choice_of(study).table()
    times = table.rows[0].cells[1]
    assert times.column.words == len(HARBOUR.split())
    assert times.per_1000 == pytest.approx(2000 / len(HARBOUR.split()))
    assert [use.share for use in times.uses] == [0.5, 0.5]
    assert table.words == len(HARBOUR.split()) + len(GAZETTE.split())


def test_articles_of_one_outlet_are_counted_together(study, concept, story, revision):
    make_revision(story, headline="More", text="The accord, the accord.")
    assert counts(study) == {"The Harbour Times": {"accord": 2, "deal": 1, "harbour accord": 1}}
    [column] = choice_of(study).table().columns
    assert column.articles == 2


def test_only_the_newest_text_counts(study, concept, revision):
    revise(revision, "Nothing but a deal.")
    assert counts(study) == {"The Harbour Times": {"deal": 1}}


def test_outlet_that_never_names_it_is_silent(study, concept, revision, story):
    make_revision(story, outlet="Mute", text="Weather.")
    [row] = choice_of(study).table().rows
    assert [column.name for column in row.silent] == ["Mute"]
    assert row.peak == row.cells[1].per_1000


def test_scope_narrows_to_a_story_and_to_dates(study, concept, revision, gazette):
    other = Story.objects.create(title="Another")
    study.stories.add(other)
    make_revision(other, outlet="Elsewhere", text="A deal.")
    assert set(counts(study, story=other)) == {"Elsewhere"}
    Article.objects.filter(pk=gazette.article_id).update(
        published_at=datetime(2025, 3, 5, 23, 59, tzinfo=UTC)
    )
    day = date(2025, 3, 5)
    assert set(counts(study, since=day, until=day)) == {"Gazette"}
    assert counts(study, since=date(2025, 3, 6)) == {}


def test_other_studies_are_not_counted(study, concept, revision):
    other = Story.objects.create(title="Theirs")
    make_study("other", "Other study").stories.add(other)
    make_revision(other, outlet="Elsewhere", text="A deal.")
    assert set(counts(study)) == {"The Harbour Times"}


def test_excluded_place_is_not_counted_but_listed(study, concept, gazette, cast):
    exclusion = exclude(concept, gazette, "accord", reviewer=cast.reviewer)
    assert counts(study) == {"Gazette": {"accord": 1}}
    places = choice_of(study).places()
    assert [place.exclusion for place in places] == [exclusion.pk, None]


def test_exclusion_holds_where_the_same_words_stand_between_the_same(study, concept, gazette, cast):
    text = GAZETTE.replace("Ministers sign accord", "A note.\n\nMinisters sign accord")
    exclude(concept, gazette, "accord", occurrence=2, reviewer=cast.reviewer)
    choice_before = counts(study)
    revise(gazette, text)
    assert counts(study) == choice_before == {"Gazette": {"accord": 1}}
    choice = choice_of(study)
    assert choice.to_look_at_again(choice.places()) == []


def test_exclusion_whose_neighbours_changed_is_to_look_at_again(study, concept, gazette, cast):
    exclusion = exclude(concept, gazette, "accord", occurrence=2, reviewer=cast.reviewer)
    newest = revise(gazette, GAZETTE.replace("signed an accord", "signed the accord"))
    assert counts(study) == {"Gazette": {"accord": 2}}
    choice = choice_of(study)
    [(older, place)] = choice.to_look_at_again(choice.places())
    assert (older.exclusion, older.number, older.exact) == (exclusion.pk, 1, "accord")
    assert older.before.endswith("signed an ")
    assert older.after == " on the harbour.\n\nThe opposition"
    assert place.source.revision == newest.pk


def test_exclusion_whose_words_are_gone_needs_no_look(study, concept, gazette, cast):
    exclude(concept, gazette, "accord", reviewer=cast.reviewer)
    revise(gazette, "The opposition calls it a stranglehold.")
    choice = choice_of(study)
    assert choice.to_look_at_again(choice.places()) == []


def test_context_at_the_start_of_a_text_is_read_in_code_points(study, story, concept, cast):
    first = make_revision(story, text="🚢 deal 🚢")
    exclude(concept, first, "deal", reviewer=cast.reviewer)
    revise(first, "🚢 deal 🚢 ")
    choice = choice_of(study)
    [(older, _)] = choice.to_look_at_again(choice.places())
    assert (older.before, older.exact, older.after) == ("🚢 ", "deal", " 🚢")


def test_places_are_those_behind_a_number(study, concept, revision, gazette):
    choice = choice_of(study)
    name = concept.names.get(wording="accord")
    places = choice.in_context(choice.places(gazette.article.outlet_id, name.pk))
    assert [place.excerpt.before for place in places] == [
        "Ministers sign ",
        "On Monday the two ministers signed an ",
    ]
    assert {place.name for place in places} == {name}
    assert choice.places(revision.article.outlet_id, name.pk) == []


def test_table_from_places_is_the_table(study, concept, revision, gazette, cast):
    exclude(concept, gazette, "accord", reviewer=cast.reviewer)
    choice = choice_of(study)
    assert choice.table_from(choice.places()) == choice.table()


def test_concepts_are_sorted_as_asked(study, concept, revision, cast):
    make_concept(study, "A strait", kind="actor", wordings=["strait"], author=cast.reviewer)
    make_concept(study, "zeal", kind="actor", author=cast.reviewer)
    asked = {"name": ["A strait", "the accord", "zeal"], "most": ["A strait", "the accord", "zeal"],
             "kind": ["A strait", "zeal", "the accord"]}  # fmt: skip
    for sort, names in asked.items():
        assert [row.concept.name for row in choice_of(study).table(sort).rows] == names


def test_too_many_texts_are_left_out_and_said_so(study, concept, revision, gazette, monkeypatch):
    monkeypatch.setattr(scope, "MOST_WORDS", 30)
    table = choice_of(study).table()
    assert (table.texts, table.left_out) == (1, 1)
    monkeypatch.setattr(scope, "MOST_TEXTS", 0)
    assert choice_of(study).table().left_out == 2


def test_queries_do_not_grow_with_articles_and_concepts(
    study, story, concept, revision, cast, django_assert_num_queries
):
    for number in range(5):
        text = f"A deal and an accord, number {number}."
        other = make_revision(story, outlet=f"Outlet {number}", text=text)
        exclude(concept, other, "deal", reviewer=cast.reviewer)
        make_concept(study, f"c{number}", wordings=["accord"], author=cast.reviewer)
    # concepts, names; texts, how many; words; exclusions, damage
    with django_assert_num_queries(7):
        choice_of(study).table()
    with django_assert_num_queries(8):
        choice = choice_of(study)
        choice.in_context(choice.places())


def test_study_without_concepts_or_articles_is_an_empty_table(study, story):
    table = choice_of(study).table()
    assert (table.rows, table.columns, table.words, table.left_out) == ([], [], 0, 0)


@pytest.mark.parametrize(("code", "counted"), [("damage", 1), ("loaded", 2)])
def test_words_tagged_as_damage_are_not_counted(study, concept, gazette, tag, code, counted):
    tag(gazette, "sign accord", code=code)
    assert counts(study) == {"Gazette": {"accord": counted}}
    assert sum(place.is_counted for place in choice_of(study).places()) == counted


def test_damage_is_carried_to_the_newest_text(study, concept, gazette, tag):
    tag(gazette, "Ministers sign accord", code="damage")
    newest = revise(gazette, f"A note.\n\n{GAZETTE}")
    carry_to(newest)
    assert counts(study) == {"Gazette": {"accord": 1}}


def test_rejected_or_removed_damage_counts(study, concept, gazette, tag):
    for change in ({"status": "rejected"}, {"removed_at": datetime.now(UTC)}):
        damage = tag(gazette, "sign accord", code="damage")
        Annotation.objects.filter(pk=damage.pk).update(**change)
        assert counts(study) == {"Gazette": {"accord": 2}}
        Annotation.objects.all().update(removed_at=datetime.now(UTC))
