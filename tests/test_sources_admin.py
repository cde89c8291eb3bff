"""The admin shows what was published; texts and originals are looked at, never changed."""

import pytest
from django.urls import reverse

from sources.importing import import_article, kept
from sources.models import Article, Original, Revision
from sources.reading import Details, read_paste
from tests.test_cleaning import LEAD, MORE

pytestmark = pytest.mark.django_db


@pytest.fixture
def revision(story):
    [(reading, original)] = kept([read_paste(f"{LEAD}\nRelated news\n{MORE}")], uploaded_by=None)
    return import_article(
        story,
        original=original,
        text=reading.text,
        dropped=None,
        details=Details(outlet="Gazette", headline="No deal", url="https://gazette.example/1"),
        imported_by=None,
    ).revision


@pytest.fixture
def admin(client_of, cast):
    return client_of(cast.administrator)


@pytest.mark.parametrize("model", ["outlet", "story", "article", "revision", "original"])
def test_list_and_page_of_each_model_open(admin, revision, model):
    objects = {
        "outlet": revision.article.outlet,
        "story": revision.article.story,
        "article": revision.article,
        "revision": revision,
        "original": revision.original,
    }
    lists = admin.get(reverse(f"admin:sources_{model}_changelist"), {"q": "e"})
    page = admin.get(reverse(f"admin:sources_{model}_change", args=[objects[model].pk]))
    assert (lists.status_code, page.status_code) == (200, 200)


@pytest.mark.parametrize("model", ["revision", "original"])
@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_texts_and_originals_cannot_be_changed(admin, revision, model, page):
    pk = {"revision": revision.pk, "original": revision.original_id}[model]
    url = reverse(f"admin:sources_{model}_{page}", args=[] if page == "add" else [pk])
    assert admin.post(url, {"post": "yes"}).status_code == 403
    assert (Revision.objects.count(), Original.objects.count()) == (1, 1)


def change(article, **fields):
    return {
        "headline": article.headline,
        "outlet": article.outlet_id,
        "url": article.url,
        "byline": "",
        "published_at_0": "",
        "published_at_1": "",
        "language": "",
    } | fields


def test_article_is_corrected_through_the_action(admin, revision):
    url = reverse("admin:sources_article_change", args=[revision.article_id])
    sent = change(revision.article, headline="  A  deal ", published_at_0="2023-05-10")
    answer = admin.post(url, sent | {"published_at_1": "00:00:00"})
    assert answer.status_code == 302
    article = Article.objects.get()
    assert (article.headline, article.published_at.year) == ("A deal", 2023)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "https://gazette.example/taken"}, "Another article of this story"),
        ({"url": "ftp://gazette.example/"}, "Begin with http"),
        ({"language": "plain English"}, "Use a code such as en"),
        ({"headline": ""}, "This field is required"),
    ],
)
def test_correction_that_cannot_be_stored_is_told_in_the_form(admin, revision, fields, message):
    other = revision.article
    Article.objects.create(
        story=other.story, outlet=other.outlet, headline="x", url="https://gazette.example/taken"
    )
    url = reverse("admin:sources_article_change", args=[other.pk])
    answer = admin.post(url, change(other, **fields))
    assert message in answer.content.decode()
    assert Article.objects.get(pk=other.pk).url == "https://gazette.example/1"


@pytest.mark.parametrize("model", ["outlet", "story", "article", "revision", "original"])
def test_admin_is_closed_to_the_owner_of_a_study(client_of, cast, model):
    url = reverse(f"admin:sources_{model}_changelist")
    assert client_of(cast.owner).get(url).status_code == 302
