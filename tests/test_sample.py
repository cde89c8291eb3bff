import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction

from annotations.codebook.codebooks import DEFAULT, read_codebook
from annotations.models import (
    Annotation,
    Carry,
    Change,
    ConceptName,
    Decision,
    Fact,
    Report,
    ReportStatus,
    Span,
    Speaker,
    Status,
)
from annotations.revisions.carrying import Outcome
from annotations.sample import FOLDER, KEY, load_sample, rows_of
from annotations.tags.tagging import remove_annotation
from sources.models import CleanedLine, Revision

SEEDS = Path(__file__).resolve().parent.parent.parent / "shared" / "seeds"
SHINGLE = 5  # words in a row that nobody writes twice by chance

TEXTS = {path.stem: path.read_text() for path in (FOLDER / "articles").glob("*.txt")}
NEWER = {path.stem: path.read_text() for path in (FOLDER / "revisions").glob("*.txt")}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Load the sample once for the module, in a transaction that no test commits."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_sample().study
        transaction.set_rollback(True)


@pytest.fixture
def sample(loaded, db):
    return loaded


def test_six_articles_of_300_to_900_words_come_from_six_outlets(sample):
    revisions = Revision.objects.filter(number=1).select_related("article__outlet")
    assert len({revision.article.outlet.name for revision in revisions}) == 6
    assert all(300 <= revision.word_count <= 900 for revision in revisions)


def test_articles_have_several_dates(sample):
    assert len({r.article.published_at.date() for r in Revision.objects.all()}) >= 4


def test_noise_of_every_kind_is_dropped(sample):
    reasons = set(CleanedLine.objects.filter(dropped=True).values_list("reason", flat=True))
    assert reasons >= {
        "share count", "cookie notice", "related links", "cross-link", "photo credit",
        "tag cloud", "comment form", "breadcrumb", "repeated title",
    }  # fmt: skip


def test_lines_that_cleaning_left_to_a_person_are_dropped_too(sample):
    by_hand = CleanedLine.objects.filter(dropped=True).exclude(verdict="drop")
    named = {line for row in rows_of("articles.csv") for line in row["dropped_by_hand"].split("\n")}
    assert {line.text for line in by_hand} == named - {""}


def test_no_paragraph_is_dropped(sample):
    dropped = CleanedLine.objects.filter(dropped=True)
    assert max(len(line.text.split()) for line in dropped) <= 20


def test_every_span_re_slices_to_its_quote(sample):
    for span in Span.objects.select_related("revision"):
        assert span.revision.text[span.start : span.end] == span.exact


def test_reviewers_disagree_in_part(sample):
    tagged = Counter()
    for annotation in Annotation.objects.select_related("annotator"):
        tagged[annotation.span_id, annotation.code_id] += 1
    alone = sum(1 for count in tagged.values() if count == 1)
    agreed = sum(1 for count in tagged.values() if count == 2)
    assert agreed >= 4
    assert alone >= 40


def test_tags_overlap_nest_share_a_range_and_cross_passages(sample):
    spans = list(Span.objects.order_by("revision_id", "start", "-end"))
    nested = any(a.revision_id == b.revision_id and b.end <= a.end for a, b in pairwise(spans))
    codes = Counter(Annotation.objects.values_list("span", "code").distinct().values_list("span"))
    assert nested
    assert max(codes.values()) >= 2
    assert any("\n" in span.exact for span in spans)


def test_translation_faults_are_tagged_as_damage(sample):
    damage = Annotation.objects.filter(code__key="damage")
    assert damage.count() >= 10
    assert {a.span.revision.article.outlet.name for a in damage} == {"Orbis Relay"}


def test_thirteen_facts_hold_every_kind_of_cell(sample):
    assert Fact.objects.count() == 13
    assert set(Report.objects.values_list("status", flat=True)) == set(ReportStatus.values)
    assert Report.objects.count() == 12 * 6 - 3  # three cells and one whole fact are left to check


def test_one_fact_is_had_by_one_outlet_only_and_one_lacked_by_one_only(sample):
    tallies = []
    for fact in Fact.objects.all():
        has = fact.reports.filter(status__in=["reported", "partial"]).count()
        tallies.append((has, fact.reports.filter(status="omitted").count()))
    assert (1, 4) in tallies
    assert (5, 1) in tallies


def test_quotation_is_altered_between_outlets(sample):
    quotes = Report.objects.filter(fact__statement__startswith="Marit Quell")
    words = [quote.span.exact for report in quotes for quote in report.quotes.all()]
    assert {"not our opponent", "not yet our opponent", "not our contrary"} == {
        phrase
        for phrase in ("not our opponent", "not yet our opponent", "not our contrary")
        if any(phrase in said for said in words)
    }


def test_moderator_has_ruled_on_some_and_the_queue_is_not_empty(sample):
    counts = Counter(Annotation.objects.values_list("status", flat=True))
    assert all(counts[status] >= 5 for status in Status.values)
    assert counts[Status.PENDING] >= 40
    assert Decision.objects.filter(ruling="recode").count() == 2


def test_one_outlet_changed_its_text_and_its_headline(sample):
    newest, first = Revision.objects.filter(article__outlet__name="The Halvik Courant")
    assert (newest.number, first.number) == (2, 1)
    assert newest.article.headline == newest.headline != first.headline
    assert newest.text.split("\n\n")[1].startswith("Correction: ")
    assert "“" in first.text
    assert "“" not in newest.text


def test_its_tags_and_quotes_are_carried_with_every_outcome(sample):
    carries = {carry.span.exact: carry for carry in Carry.objects.select_related("span")}
    outcomes = {
        "historic achievement": Outcome.KEPT,
        "We did not choose our geography, but we choose our friends": Outcome.MOVED,
        "before our kitchen windows": Outcome.REVIEW,
        "A few placards were seen in Tarrow": Outcome.REVIEW,
        "like a bored child at a scab": Outcome.GONE,
        "His father’s firm, it may be recalled, used to ship Serevian timber.": Outcome.GONE,
    }
    assert {words: carries[words].outcome for words in outcomes} == outcomes
    on_first = Span.objects.filter(revision__article__outlet__name="The Halvik Courant")
    assert len(carries) == on_first.count()


def test_moderator_has_ruled_on_carries_and_some_wait(sample):
    ruled = {carry.span.exact: carry for carry in Carry.objects.exclude(ruling="")}
    accepted = ruled["paraded twelve warships before our kitchen windows"]
    gone = ruled["picking at the strait like a bored child at a scab"]
    assert (accepted.ruling, gone.ruling) == ("accepted", "gone")
    assert accepted.exact == "sent twelve warships past our kitchen windows"
    assert Carry.objects.to_review().count() >= 4


def test_loading_again_keeps_what_people_did_since(sample):
    annotation = Annotation.objects.filter(annotator__username="ada").first()
    remove_annotation(annotation, actor=annotation.annotator)
    before = (Annotation.objects.standing().count(), Change.objects.count())
    assert not load_sample().created
    assert Revision.objects.count() == 7
    assert (Annotation.objects.standing().count(), Change.objects.count()) == before


def test_examples_of_the_codebook_stand_in_the_sample():
    everything = "\n".join(TEXTS.values())
    for row in read_codebook(DEFAULT):
        if row["marks_spans"] == "yes":
            for example in row["examples"].splitlines():
                assert example in everything, (row["key"], example)


def test_articles_file_names_every_article():
    assert {row["key"] for row in rows_of("articles.csv")} == set(TEXTS)
    assert {row["key"] for row in rows_of("revisions.csv")} == set(NEWER)
    assert KEY == "sample"


@pytest.mark.skipif(not SEEDS.exists(), reason="the scraped articles are not here")
def test_sample_shares_no_sentence_with_the_scraped_articles():
    def shingles(text):
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}

    ours = set().union(*map(shingles, [*TEXTS.values(), *NEWER.values()]))
    theirs = set().union(*(shingles(path.read_text()) for path in SEEDS.glob("*.txt")))
    assert not ours & theirs


def test_fact_that_nobody_looked_for_waits_for_suggestions(sample):
    fact = Fact.objects.get(statement__contains="grain")
    assert not fact.reports.exists()


def test_every_name_of_a_concept_stands_in_an_article(sample):
    texts = [revision.text.casefold() for revision in Revision.objects.all()]
    names = ConceptName.objects.values_list("wording", flat=True)
    assert names
    assert not [name for name in names if not any(name.casefold() in text for text in texts)]


def test_speaker_is_recorded_under_several_spellings(sample):
    assert Speaker.objects.get(name="Lazar Vintrec").spellings.count() == 2
