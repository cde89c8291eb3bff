"""The admin shows what was published; texts and originals are looked at, never changed."""

import pytest
from django.urls import reverse

from annotations.revisions.carries import carry_to
from sources.importing import import_article
from sources.models import Article, Original, Refetch, Revision, Watch, Way
from sources.originals import kept
from sources.reading import Details, read_paste
from tests.conftest import revise
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
        way=Way.PASTE,
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


@pytest.mark.parametrize(
    ("model", "page"),
    [("revision", "add"), ("revision", "change"), ("original", "add"), ("original", "change"),
     ("original", "delete"), ("article", "add")],
)  # fmt: skip
def test_texts_and_originals_cannot_be_changed(admin, revision, model, page):
    pk = {"revision": revision.pk, "original": revision.original_id, "article": 0}[model]
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


def ask_to_delete(admin, row):
    """Confirm the deletion of a row; return the page that answers."""
    url = reverse(f"admin:sources_{row._meta.model_name}_delete", args=[row.pk])
    return admin.post(url, {"post": "yes"}, follow=True).content.decode()


def test_revision_that_a_tag_points_to_is_not_deleted_and_why_is_said(admin, revision, tag):
    tag(revision, "ministers")
    said = ask_to_delete(admin, revision)
    assert "1 span" in said
    assert "keeps its ground" in said
    assert Revision.objects.filter(pk=revision.pk).exists()


def test_revision_that_a_carry_points_to_is_not_deleted(admin, revision, tag):
    tag(revision, "ministers")
    newer = revise(revision, f"Noted. {revision.text}")
    carry_to(newer)
    assert "1 carry" in ask_to_delete(admin, newer)
    assert Revision.objects.filter(pk=newer.pk).exists()


@pytest.mark.parametrize("kind", ["article", "story"])
def test_article_and_story_are_not_deleted_while_they_hold_anything(admin, revision, kind):
    row = revision.article if kind == "article" else revision.article.story
    said = ask_to_delete(admin, row)
    assert ("1 revision" if kind == "article" else "1 article") in said
    assert Revision.objects.filter(pk=revision.pk).exists()


def test_revision_that_nobody_used_is_deleted_and_the_headline_is_the_older_one(admin, revision):
    newer = revise(revision, f"Noted. {revision.text}", headline="Deal after all")
    ask_to_delete(admin, newer)
    assert list(Revision.objects.all()) == [revision]
    assert Original.objects.get() == revision.original
    assert Article.objects.get().headline == "No deal"
    ask_to_delete(admin, revision)
    ask_to_delete(admin, revision.article)
    assert not Article.objects.exists()


def test_many_are_not_deleted_at_once(admin, revision):
    newer = revise(revision, f"Noted. {revision.text}")
    url = reverse("admin:sources_revision_changelist")
    sent = {"action": "delete_selected", "_selected_action": [newer.pk], "post": "yes"}
    admin.post(url, sent)
    assert Revision.objects.count() == 2


def test_watches_and_refetches_are_looked_at(admin, revision):
    watch = Watch.objects.create(story=revision.article.story)
    refetch = Refetch.objects.create(article=revision.article, outcome="unchanged")
    for row in (watch, refetch):
        name = f"admin:sources_{row._meta.model_name}"
        assert admin.get(reverse(f"{name}_changelist")).status_code == 200
        assert admin.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert admin.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403
