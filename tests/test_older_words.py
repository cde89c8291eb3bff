"""Cells of the matrix whose words were quoted from a text that has changed since."""

import re

import pytest
from django.urls import reverse

from annotations.facts.stating import set_report, state_fact
from annotations.models import Report, Span
from tests.conftest import revise
from tests.test_exporting import carry
from tests.test_facts_views import placed, posted
from tests.test_stating import quoted

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def fact(study, story, cast):
    return state_fact(study, story, "The ministers signed.", author=cast.reviewer)


@pytest.fixture
def facts_url(study, story):
    return reverse("facts", args=[study.key, story.pk])


@pytest.fixture
def cell_url(study, fact, revision):
    return reverse("report", args=[study.key, fact.pk, revision.article.pk])


@pytest.fixture
def older(fact, revision, cast):
    """The span of a cell whose words stand in the first of two texts."""
    quotes = [quoted(revision, "military suffocation", stance="denied", speaker="critics")]
    cell = {"status": "reported", "quotes": quotes, "version": None}
    report = set_report(fact, revision.article, **cell, reviewer=cast.reviewer)
    revise(revision, "Fog.\n\nA military suffocation. A military choking.")
    return report.quotes.get().span


def kept_in(older, **more):
    return {"span": older.pk, "exact": older.exact, "stance": "denied", "speaker": "critics"} | more


def test_words_of_an_older_text_stay_there_when_the_cell_is_set_again(reviewer, cell_url, older):
    page = reviewer.get(cell_url).content.decode()
    assert f'name="quotes-0-span" value="{older.pk}"' in page
    assert "from revision 1; in revision 2: not carried yet" in page
    reviewer.post(cell_url, posted(kept_in(older), {"exact": "choking"}, version=1))
    spans = Span.objects.filter(quotes__report__version=2).order_by("revision__number")
    assert [(s.revision.number, s.exact) for s in spans] == [(1, older.exact), (2, "choking")]


def test_the_same_words_of_an_older_text_again_write_nothing(reviewer, cell_url, older):
    assert reviewer.post(cell_url, posted(kept_in(older), version=1)).status_code == 302
    assert Report.objects.get().version == 1


@pytest.mark.parametrize(
    ("row", "start"),
    [({"start": 8, "end": 28}, 8), ({"occurrence": 1}, 8), ({"exact": "military choking"}, 32)],
)
def test_words_selected_counted_or_typed_anew_stand_in_the_newest_text(
    reviewer, cell_url, older, row, start
):
    assert reviewer.post(cell_url, posted(kept_in(older, **row), version=1)).status_code == 302
    span = Report.objects.get().quotes.get().span
    assert (span.revision.number, span.start) == (2, start)


def test_words_of_another_article_are_refused(reviewer, cell_url, older, gazette):
    older.revision = gazette
    older.save(update_fields=["revision"])
    answer = reviewer.post(cell_url, posted(kept_in(older), version=1))
    assert answer.status_code == 422
    assert "of another article" in answer.content.decode()


def test_quote_of_an_older_text_says_so_and_leads_to_where_it_stands(
    reviewer, facts_url, fact, study, older
):
    newest = older.revision.article.revisions.first()
    carried = carry(study, older, newest, "moved", older.exact)
    page = reviewer.get(facts_url).content.decode()
    assert re.search(rf'in revision 2: <a href="[^"]+/{carried.pk}/">moved</a>', page)
    assert f"?articles={newest.article_id}#span-{newest.pk}-8-28" in page
    carried.delete()
    place = f"?articles={newest.article_id}@1#span-{older.revision_id}-{older.start}-{older.end}"
    assert place in reviewer.get(facts_url).content.decode()


def test_fact_from_words_of_an_older_text_quotes_that_text_and_is_carried(
    reviewer, facts_url, revision, django_capture_on_commit_callbacks
):
    newest = revise(revision, f"Fog.\n\n{revision.text}")
    words = placed(revision, "harbour accord") | {"revision": revision.pk}
    with django_capture_on_commit_callbacks(execute=True):
        assert reviewer.post(facts_url, words | {"statement": "Both signed."}).status_code == 302
    span = Report.objects.get().quotes.get().span
    assert (span.revision, span.carries.get().revision) == (revision, newest)
