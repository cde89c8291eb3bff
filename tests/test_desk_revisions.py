import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Carry
from annotations.revisions.carries import carry_to
from tests.conftest import CORRECTED, revise
from tests.test_desk_views import HTMX, fields, texts_of


@pytest.fixture
def desk(story, study):
    return reverse("desk", args=[study.key, story.pk])


@pytest.fixture
def page(desk, client_of, cast):
    def page(**given):
        return client_of(cast.reviewer).get(desk, given).content.decode()

    return page


def entry_of(page, annotation):
    """Return the annotation's entry in the side list, up to the next one."""
    return page.split(f"id=a-{annotation.pk}")[1].split("</li>")[0]


def test_desk_shows_the_newest_revision_with_the_headline_before_it(page, revision, newest):
    shown = page()
    assert f'id="text-{newest.pk}"' in shown
    assert f'id="text-{revision.pk}"' not in shown
    assert "was: <del>Harbour deal</del>" in shown
    assert "revision 2 of 2" in shown


def test_address_opens_an_older_revision_and_says_so(page, revision, newest):
    shown = page(articles=f"{revision.article_id}@1")
    assert f'id="text-{revision.pk}"' in shown
    assert f'data-article="{revision.article_id}@1"' in shown
    assert "You read an older text" in shown
    assert "was:" not in shown


@pytest.mark.parametrize("number", ["2", "3", "0", "x", "²", "-1", "9" * 40])
def test_number_that_names_no_older_revision_opens_the_newest(page, newest, number):
    shown = page(articles=f"{newest.article_id}@{number}")
    assert f'data-article="{newest.article_id}"' in shown


def test_carried_tag_stands_on_the_new_words_and_says_where_it_comes_from(page, newest):
    carry = Carry.objects.get(span__exact="accord")
    annotation = carry.span.annotations.get()
    shown = page()
    assert f"data-at={carry.start}-{carry.end}" in entry_of(shown, annotation) or (
        f"id=a-{annotation.pk} data-at={carry.start}-{carry.end}" in shown
    )
    assert "from revision 1: kept" in entry_of(shown, annotation)
    assert newest.text[carry.start : carry.end] == "accord"


def test_tag_without_a_certain_place_is_listed_and_leads_to_its_own_words(page, revision, newest):
    carry = Carry.objects.get(span__exact="military suffocation")
    span = carry.span
    entry = entry_of(page(), span.annotations.get())
    there = f"?articles={revision.article_id}@1#span-{revision.pk}-{span.start}-{span.end}"
    assert there in entry
    assert "from revision 1: to review" in entry


def test_notice_counts_what_became_of_the_older_tags(page, newest):
    shown = page()
    assert "Tags made on older texts:" in shown
    assert "1 kept" in shown


def test_both_revisions_keep_their_texts_to_the_letter(
    page, revision, newest, desk, client_of, cast
):
    for number, one in ((1, revision), (2, newest)):
        response = client_of(cast.reviewer).get(desk, {"articles": f"{one.article_id}@{number}"})
        assert "\n".join(texts_of(response).values()) == "\n".join(
            line for line in one.text.split("\n") if line.strip()
        )


def test_tag_on_an_older_revision_is_carried_to_the_newest(
    newest, revision, study, client_of, cast, django_capture_on_commit_callbacks
):
    data = fields(revision, "Critics", articles=f"{revision.article_id}@1")
    with django_capture_on_commit_callbacks(execute=True):
        response = client_of(cast.reviewer).post(
            reverse("tag", args=[study.key]), data, headers=HTMX
        )
    assert f'id="p-{revision.pk}-' in response.content.decode()
    carry = Carry.objects.get(span__exact="Critics", revision=newest)
    assert newest.text[carry.start : carry.end] == "Critics"


def test_removing_a_carried_tag_draws_the_passage_where_it_stands(newest, study, client_of, cast):
    annotation = Carry.objects.get(span__exact="accord").span.annotations.get()
    address = reverse("annotation_remove", args=[study.key, annotation.pk])
    given = {"articles": str(newest.article_id)}
    drawn = client_of(cast.reviewer).post(address, given, headers=HTMX).content.decode()
    assert f'id="p-{newest.pk}-' in drawn
    assert 'data-count="0"' in drawn


def test_removing_a_tag_adrift_takes_it_off_the_list(newest, study, client_of, cast):
    annotation = Carry.objects.get(span__exact="military suffocation").span.annotations.get()
    address = reverse("annotation_remove", args=[study.key, annotation.pk])
    given = {"articles": str(newest.article_id)}
    drawn = client_of(cast.reviewer).post(address, given, headers=HTMX).content.decode()
    assert f'<ol id="adrift-{newest.pk}" class="entries" hx-swap-oob="true"></ol>' in drawn


def test_queries_of_the_desk_do_not_grow_with_revisions_and_carries(
    newest, revision, page, tag, gazette
):
    with CaptureQueriesContext(
        connection,
    ) as few:
        page()
    for words in ("on Monday", "Critics"):
        tag(revision, words, id=uuid.uuid4())
    carry_to(revise(newest, CORRECTED + "\n\nMore."))
    with CaptureQueriesContext(connection) as many:
        page()
    assert len(many) == len(few)


@pytest.mark.django_db(transaction=True)
def test_tag_that_comes_late_is_drawn_on_the_text_that_the_page_shows(
    newest, revision, study, client_of, cast
):
    data = fields(revision, "Critics", articles=str(revision.article_id))
    address = reverse("tag", args=[study.key])
    drawn = client_of(cast.reviewer).post(address, data, headers=HTMX).content.decode()
    assert f'id="p-{revision.pk}-' not in drawn
    assert f'id="p-{newest.pk}-' in drawn
    assert "from revision 1: kept" in drawn
