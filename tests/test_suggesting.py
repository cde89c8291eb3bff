"""Sentences are looked for where they are missing, and never set a cell."""

import datetime

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations import tasks
from annotations.facts.matrix import matrix_of
from annotations.facts.stating import edit_fact, set_report, state_fact
from annotations.finding import suggesting, suggestions
from annotations.finding.suggesting import (
    NO_SENTENCES,
    NOTHING_SHARED,
    SuggestionsChanged,
    offer_again,
    prepare,
    refuse,
    suggest,
)
from annotations.finding.suggestions import candidates_of, offers_of
from annotations.models import Fact, Report, Suggestion, SuggestionRun
from tests.conftest import GAZETTE, HARBOUR, make_revision, revise
from tests.test_carries_at_once import at_once
from tests.test_stating import quoted
from tests.workers import empty_queue, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def fact(study, story, cast):
    return state_fact(study, story, "Two ministers signed the accord.", author=cast.reviewer)


@pytest.fixture
def offered(study, story):
    """The sentences offered for a fact and a revision, best first: offered(fact, revision)."""

    def offered(fact, revision):
        matrix = matrix_of(study, story)
        offers_of(study, story, matrix)
        offer = matrix.cell_of(fact, revision.article).offer
        return [each.exact for each in candidates_of(offer, revision.text)]

    return offered


def dated(revision, day):
    revision.article.published_at = datetime.datetime(2026, 5, day, 9, tzinfo=datetime.UTC)
    revision.article.save(update_fields=["published_at"])


def test_best_sentence_comes_first_with_its_matched_words(
    study, story, fact, revision, gazette, offered
):
    assert suggest(study, story) == 2
    assert offered(fact, revision)[0] == "The ministers signed the harbour accord on Monday."
    kept = Suggestion.objects.get(revision=revision)
    for candidate in kept.candidates:
        words = [revision.text[start:end] for start, end in candidate["matched"]]
        assert all(word in HARBOUR[candidate["start"] : candidate["end"]] for word in words)


def test_nothing_sets_a_cell(study, story, fact, revision, gazette):
    suggest(study, story)
    assert not Report.objects.exists()


def test_what_stands_is_not_made_again(study, story, fact, revision, gazette):
    suggest(study, story)
    made = list(Suggestion.objects.order_by("pk").values())
    assert suggest(study, story) == 0
    assert list(Suggestion.objects.order_by("pk").values()) == made


def test_checked_cells_are_left_alone(study, story, fact, revision, gazette, cast):
    set_report(fact, revision.article, status="omitted", version=None, reviewer=cast.reviewer)
    assert suggest(study, story) == 1
    assert Suggestion.objects.get().revision == gazette


def test_quotes_of_reported_cells_are_looked_for_too(
    study, story, revision, gazette, cast, offered
):
    fact = state_fact(study, story, "Somebody objects.", author=cast.reviewer)
    suggest(study, story)
    assert offered(fact, gazette) == []
    quotes = [quoted(revision, "a military suffocation of the strait")]
    stranglehold = make_revision(
        story, outlet="C", text="They met.\n\nA suffocation of the strait, critics said."
    )
    set_report(
        fact, revision.article, status="reported", quotes=quotes, version=None,
        reviewer=cast.reviewer,
    )  # fmt: skip
    suggest(study, story)
    assert offered(fact, stranglehold)[0] == "A suffocation of the strait, critics said."


def test_only_what_changed_is_looked_for_again(study, story, fact, revision, gazette, cast):
    other = state_fact(study, story, "Critics spoke.", author=cast.reviewer)
    assert suggest(study, story) == 4
    edit_fact(other, "Critics spoke of the strait.", version=1)
    assert suggest(study, story) == 2
    revise(gazette, GAZETTE + "\n\nCritics spoke.")
    assert suggest(study, story) == 2


def test_new_damage_is_looked_past(study, story, fact, revision, gazette, tag, offered):
    suggest(study, story)
    tag(revision, "The ministers signed the harbour accord on Monday.", code="damage")
    assert suggest(study, story) == 1
    assert "The ministers signed the harbour accord on Monday." not in offered(fact, revision)


def test_cell_or_row_can_be_asked_for_alone(study, story, fact, revision, gazette, cast):
    state_fact(study, story, "Critics spoke.", author=cast.reviewer)
    assert suggest(study, story, fact=fact.pk, article=gazette.article.pk) == 1
    assert suggest(study, story, fact=fact.pk) == 1
    assert Suggestion.objects.filter(fact=fact).count() == Suggestion.objects.count() == 2


def test_related_headline_is_no_candidate(study, story, fact, offered):
    text = "Nothing happened here.\n\nREAD MORE: Two ministers signed the accord"
    revision = make_revision(story, text=text)
    suggest(study, story)
    assert offered(fact, revision) == []
    assert Suggestion.objects.get().reason == NOTHING_SHARED


def test_article_without_sentences_says_so(study, story, fact, revision, tag):
    empty = make_revision(story, outlet="C", text="Share on Facebook")
    suggest(study, story)
    assert Suggestion.objects.get(revision=empty).reason == NO_SENTENCES


def test_sentence_of_20000_words_and_identical_articles_are_workable(
    study, story, fact, revision, offered
):
    endless = make_revision(story, outlet="C", text="accord harbour " * 9_999 + "ministers signed")
    twin = make_revision(story, outlet="D", text=HARBOUR)
    suggest(study, story)
    assert offered(fact, twin) == offered(fact, revision)
    assert offered(fact, endless)


def test_story_without_facts_or_with_one_article_is_nothing_to_worry(study, story, revision, cast):
    assert suggest(study, story) == 0
    state_fact(study, story, "The ministers signed.", author=cast.reviewer)
    assert suggest(study, story) == 1


LANGUAGES = {
    "en": "The ministers signed the accord on Monday.",
    "de": "Die Minister haben das Abkommen am Montag unterzeichnet.",
    "fr": "Les ministres ont signé l’accord lundi dans le port de la ville.",
    "es": "Los ministros firmaron el acuerdo el lunes en la ciudad.",
    "it": "I ministri hanno firmato l’accordo di lunedì nella città.",
    "ru": "Министры подписали соглашение в понедельник.",
    "ar": "وقع الوزيران على الاتفاق يوم الاثنين في المدينة.",
    "zh": "两位部长星期一签署了协议。",
    "ja": "閣僚は月曜日に協定に署名しました。",
    "hi": "मंत्रियों ने सोमवार को समझौते पर हस्ताक्षर किए।",
}


def test_ranking_across_languages_is_not_offered_and_says_so(study, story, fact):
    for language, text in LANGUAGES.items():
        revision = make_revision(story, outlet=language, text=text)
        revision.article.language = language
        revision.article.save(update_fields=["language"])
    suggest(study, story)
    made = {each.revision.article.language: each for each in Suggestion.objects.all()}
    assert [language for language, each in made.items() if each.candidates] == ["en"]
    assert "the article is in “zh”, the fact is worded in “en”" in made["zh"].reason
    assert all(
        "not offered without a model" in made[name].reason for name in LANGUAGES if name != "en"
    )


def test_a_quote_in_the_articles_language_is_looked_for(study, story, fact, cast, offered):
    first = make_revision(story, outlet="A", text=LANGUAGES["de"])
    second = make_revision(story, outlet="B", text="Beide Minister haben am Montag das Abkommen "
                           "in der Stadt nach langem Streit unterzeichnet.")  # fmt: skip
    quotes = [quoted(first, "Minister haben das Abkommen")]
    set_report(
        fact, first.article, status="reported", quotes=quotes, version=None, reviewer=cast.reviewer
    )
    suggest(study, story)
    assert len(offered(fact, second)) == 1


def test_none_of_these_is_kept_and_taken_back(study, story, fact, revision, cast):
    suggest(study, story)
    basis = Suggestion.objects.get().basis
    for _ in range(2):
        kept = refuse(fact, revision, basis=basis, reviewer=cast.reviewer)
    assert kept.refused_by == cast.reviewer
    assert kept.candidates
    assert not Report.objects.exists()
    for _ in range(2):
        offer_again(fact, revision)
    assert Suggestion.objects.get().refused_at is None


def test_none_of_others_than_were_seen_is_refused(study, story, fact, revision, cast):
    suggest(study, story)
    with pytest.raises(SuggestionsChanged, match="have changed since"):
        refuse(fact, revision, basis="older", reviewer=cast.reviewer)
    assert Suggestion.objects.get().refused_at is None


def test_refusal_stands_until_other_sentences_are_offered(
    study, story, fact, revision, gazette, cast
):
    suggest(study, story)
    basis = Suggestion.objects.get(revision=revision).basis
    refuse(fact, revision, basis=basis, reviewer=cast.reviewer)
    Suggestion.objects.update(basis="stale")
    suggest(study, story)
    assert Suggestion.objects.get(revision=revision).refused_by == cast.reviewer
    newer = revise(revision, HARBOUR + "\n\nTwo ministers signed the accord.")
    suggest(study, story)
    assert Suggestion.objects.get(revision=newer).refused_at is None


def test_fact_withdrawn_meanwhile_is_passed_over(study, story, fact, revision, cast, monkeypatch):
    kept = state_fact(study, story, "Critics spoke.", author=cast.reviewer)
    look = suggesting.story_sentences

    def withdraw_meanwhile(*args):
        Fact.objects.filter(pk=fact.pk).delete()
        return look(*args)

    monkeypatch.setattr(suggesting, "story_sentences", withdraw_meanwhile)
    suggest(study, story)
    assert Suggestion.objects.get().fact == kept


def test_large_story_is_left_to_the_worker_once(study, story, fact, revision, monkeypatch):
    empty_queue()
    monkeypatch.setattr(suggestions, "AT_ONCE", 1)
    prepare(study, story)
    prepare(study, story)
    job = ProcrastinateJob.objects.get(task_name="suggest", status="todo")
    assert job.args == {"study_id": study.pk, "story_id": story.pk}
    assert not Suggestion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_worker_makes_the_suggestions_and_says_how_far_it_is(
    study, story, fact, revision, gazette, monkeypatch
):
    empty_queue()
    monkeypatch.setattr(suggestions, "AT_ONCE", 1)
    prepare(study, story)
    work_off()
    run = SuggestionRun.objects.get()
    assert (run.kind, run.done, run.total) == ("suggestions", 2, 2)
    assert run.finished_at >= run.started_at
    assert Suggestion.objects.count() == 2
    empty_queue()


def test_job_of_a_story_that_is_gone_does_nothing(study, story):
    tasks.suggest(study.pk, story.pk + 1)
    assert not SuggestionRun.objects.exists()


@pytest.mark.parametrize(
    ("happened", "published", "first", "reason"),
    [
        (5, 3, None, "Published 3 May 2026; the fact is of 5 May 2026."),
        (5, 5, None, None),
        (5, 6, 9, None),
        (None, 3, 5, "Published 3 May 2026; the earliest report of this fact is of 5 May 2026."),
        (None, 5, 5, None),
        (None, 6, 5, None),
        (None, 3, None, None),
    ],
)
def test_older_articles_are_proposed_as_not_applicable_with_the_dates(
    study, story, fact, revision, gazette, cast, happened, published, first, reason
):
    dated(revision, published)
    fact.happened_on = happened and datetime.date(2026, 5, happened)
    fact.save(update_fields=["happened_on"])
    if first:
        dated(gazette, first)
        set_report(
            fact, gazette.article, status="reported", quotes=[quoted(gazette, "signed")],
            version=None, reviewer=cast.reviewer,
        )  # fmt: skip
    matrix = matrix_of(study, story)
    offers_of(study, story, matrix)
    older = matrix.cell_of(fact, revision.article).offer.older
    assert (older.reason if older else None) == reason
    assert older is None or older.is_certain == bool(happened)


def test_article_without_a_date_is_not_called_older(study, story, fact, revision):
    fact.happened_on = datetime.date(2026, 5, 5)
    fact.save(update_fields=["happened_on"])
    assert [offer.older for offer in offers_of(study, story, matrix_of(study, story)).every] == [
        None
    ]


def test_questions_do_not_grow_with_facts_and_articles(
    study, story, revision, gazette, cast, settings, django_assert_num_queries
):
    settings.MEANING = False  # with the model one more asks for its vectors
    for number in range(6):
        state_fact(study, story, f"Fact {number} of the accord.", author=cast.reviewer)
    suggest(study, story)
    matrix = matrix_of(study, story)
    with django_assert_num_queries(4):
        found = offers_of(study, story, matrix)
        assert [offer.count > 0 for offer in found.every].count(True) == 12


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_each_suggestion_once(study, story, revision, gazette, cast):
    for number in range(12):
        state_fact(study, story, f"Accord {number} was signed.", author=cast.reviewer)
    at_once(lambda: suggest(study, story), lambda: suggest(study, story))
    assert Suggestion.objects.count() == 24
    run = SuggestionRun.objects.get()
    assert (run.done, run.total) == (24, 24)
