"""New texts on the import pages: known by address, begun from the article, or held."""

import functools

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Carry
from sources.models import Article, Draft, Revision, Way
from sources.revising import hold
from tests.conftest import HARBOUR, make_revision, revise
from tests.test_likeness import ARTICLE, ERROR, PAYWALL
from tests.test_revising import original_of

pytestmark = pytest.mark.django_db

URL = "https://times.example/1"
NOTED = f"{ARTICLE}\n\nA note was added later."


@pytest.fixture
def revision(story):
    return make_revision(story, text=ARTICLE, url=URL, headline="Crews wait")


@pytest.fixture
def member(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def send(member, story):
    """Paste a text and return the address of its draft: send(text, article=None, **details)."""

    def send(text, *, article=None, url=URL, **details):
        page = reverse("article_import", args=["press", story.pk])
        page += f"?article={article.pk}" if article else ""
        sent = {"way": "paste", "text": text, "url": url, "outlet": "The Harbour Times"}
        answer = member.post(page, sent | details)
        assert answer.status_code == 302, answer.content.decode()
        return answer.url

    return send


def choice(draft, of, **more):
    """The fields of a draft's page with every line ticked."""
    lines = enumerate(draft.text.split("\n"))
    keep = [number for number, line in lines if line]
    told = {"outlet": draft.outlet_name, "headline": draft.headline, "url": draft.url}
    return told | {"keep": keep, "of": of} | more


def test_text_under_a_known_address_is_shown_as_the_next_revision(member, send, revision):
    place = send(NOTED, headline="Crews wait no more")
    assert Draft.objects.get().article == revision.article
    new_text = member.get(place).context["preview"].new_text
    assert (new_text.number, new_text.added, new_text.removed) == (2, 5, 0)
    page = member.get(place).content.decode()
    assert "would be revision 2" in page
    assert "5 words added" in page
    assert 'headline changed from <q dir="auto">Crews wait</q>' in page


def test_confirmed_new_text_is_a_revision_and_is_told_with_its_links(member, send, revision, tag):
    tag(revision, "crew")
    place = send(NOTED)
    article = revision.article
    answer = member.post(place, choice(Draft.objects.get(), article.pk), follow=True)
    page = answer.content.decode()
    assert "Revision 2 of “Crews wait”: 5 words added, 0 removed." in page
    assert f"/desk/?articles={article.pk}" in page
    assert reverse("revisions", args=["press", article.pk]) in page
    newest = article.revisions.get(number=2)
    assert (newest.text, newest.way, newest.created_by.username) == (NOTED, "paste", "reviewer")
    assert (article.url, Article.objects.count()) == (URL, 1)


@pytest.mark.django_db(transaction=True)
def test_tags_follow_to_a_text_that_is_confirmed(member, send, revision, tag):
    tag(revision, "crew")
    place = send(NOTED)
    member.post(place, choice(Draft.objects.get(), revision.article_id))
    assert Carry.objects.get().revision.number == 2


def test_doubtful_text_is_imported_only_with_a_tick(member, send, revision):
    place = send(PAYWALL)
    assert "may be a paywall" in member.get(place).content.decode()
    draft = Draft.objects.get()
    refused = member.post(place, choice(draft, revision.article_id))
    assert refused.status_code == 422
    assert "sure" in refused.context["form"].errors
    assert Revision.objects.count() == 1
    member.post(place, choice(draft, revision.article_id, sure="on"))
    assert Revision.objects.get(number=2).text == PAYWALL


def test_text_of_another_article_needs_another_address(member, send, revision):
    place = send(ERROR)
    draft = Draft.objects.get()
    refused = member.post(place, choice(draft, "other"))
    assert "url" in refused.context["form"].errors
    assert Article.objects.count() == 1
    member.post(place, choice(draft, "other", url=""))
    assert Article.objects.count() == 2
    assert not Revision.objects.filter(number=2).exists()


def test_address_that_turns_out_to_be_known_is_asked_about(member, send, revision):
    place = send(NOTED, url="")
    draft = Draft.objects.get()
    assert member.get(place).context["preview"].new_text is None
    asked = member.post(place, choice(draft, "", url=URL))
    assert asked.status_code == 422
    assert "of" in asked.context["form"].errors
    assert "would be revision 2" in asked.content.decode()
    member.post(place, choice(draft, revision.article_id, url=URL))
    assert Revision.objects.get(number=2).text == NOTED


@pytest.mark.parametrize(("tick", "number"), [({}, 2), ({"sure": "on"}, 3)])
def test_earlier_text_is_imported_again_if_the_outlet_put_it_back(
    member, send, revision, tick, number
):
    revise(revision, NOTED)
    place = send(ARTICLE)
    page = member.get(place).content.decode()
    assert "Revision 1 had this very text" in page
    assert "put this earlier text back" in page
    member.post(place, choice(Draft.objects.get(), revision.article_id, **tick))
    assert Revision.objects.order_by("-number")[0].number == number


def test_text_that_stands_already_is_said_to_bring_nothing(member, send, revision):
    place = send(ARTICLE)
    assert "there is nothing to import" in member.get(place).content.decode()
    done = member.post(place, choice(Draft.objects.get(), revision.article_id), follow=True)
    assert "already here, as revision 1" in done.content.decode()
    assert Revision.objects.count() == 1


def test_text_begun_from_its_article_needs_no_address(member, send, revision):
    place = send(NOTED, article=revision.article, url="")
    draft = Draft.objects.get()
    assert (draft.article, draft.url, draft.way) == (revision.article, URL, Way.PASTE)
    assert draft.headline
    member.post(place, choice(draft, revision.article_id, headline="", byline="Bo Ray"))
    assert Revision.objects.get(number=2).headline == "Crews wait"
    assert Article.objects.get().byline == ""


def test_article_page_leads_to_its_new_text(member, revision, story):
    article = member.get(reverse("article", args=["press", revision.article_id]))
    url = reverse("article_import", args=["press", story.pk]) + f"?article={revision.article_id}"
    assert url in article.content.decode()
    page = member.get(url).content.decode()
    assert "Add a new text" in page
    assert f'value="{URL}"' in page


def test_article_gets_one_text_at_a_time(member, revision, story):
    url = reverse("article_import", args=["press", story.pk]) + f"?article={revision.article_id}"
    file = functools.partial(SimpleUploadedFile, content=NOTED.encode())
    refused = member.post(url, {"way": "upload", "files": [file("a.txt"), file("b.txt")]})
    assert refused.status_code == 422
    assert "These are 2 texts" in refused.content.decode()
    member.post(url, {"way": "upload", "files": [file("a.txt")]})
    draft = Draft.objects.get()
    assert (draft.article, draft.way) == (revision.article, Way.UPLOAD)


@pytest.mark.parametrize("asked", ["0", "x", "", "foreign"])
def test_new_text_of_an_article_that_is_not_in_the_story_is_not_found(member, story, asked):
    from sources.models import Story

    if asked == "foreign":
        asked = make_revision(Story.objects.create(title="Elsewhere")).article_id
    url = reverse("article_import", args=["press", story.pk])
    assert member.get(f"{url}?article={asked}").status_code == 404


def test_many_drafts_are_imported_but_for_the_doubtful(member, story, revision, gazette):
    gazette.article.url = "https://gazette.example/1"
    gazette.article.save()
    table = (
        f'url,text\n{URL},"{PAYWALL}"\n'
        f'https://gazette.example/1,"{gazette.text} A note was added."\n'
    )
    page = reverse("article_import", args=["press", story.pk])
    file = SimpleUploadedFile("a.csv", table.encode())
    place = member.post(page, {"way": "upload", "files": [file]}).url
    assert "would be revision 2" in member.get(place).content.decode()
    said = member.post(place, {"action": "import"}, follow=True).content.decode()
    assert "Imported 1 new text." in said
    assert "may be a paywall" in said
    assert Draft.objects.get().article == revision.article
    assert gazette.article.revisions.count() == 2


@pytest.fixture
def held(revision):
    return hold(
        revision.article, original=original_of(PAYWALL), text=PAYWALL, headline="",
        way=Way.WATCH, because="Most words are gone.", made_by=None,
    )  # fmt: skip


def test_held_text_waits_for_every_member_and_for_nobody_else(client_of, cast, held, story):
    places = [
        reverse("draft", args=["press", held.batch, held.pk]),
        reverse("drafts", args=["press", held.batch]),
    ]
    for user in (cast.reviewer, cast.colleague, cast.owner, cast.administrator):
        page = client_of(user).get(reverse("story", args=["press", story.pk])).content.decode()
        assert "<strong>1 new text</strong> waits for confirmation" in page
        assert all(client_of(user).get(place).status_code == 200 for place in places)
    assert all(client_of(cast.outsider).get(place).status_code == 404 for place in places)


def test_held_text_is_confirmed_by_one_and_gone_for_the_others(client_of, cast, held, revision):
    place = reverse("draft", args=["press", held.batch, held.pk])
    sent = choice(held, revision.article_id, sure="on")
    assert client_of(cast.colleague).post(place, sent).status_code == 302
    assert Revision.objects.get(number=2).created_by == cast.colleague
    assert client_of(cast.reviewer).post(place, sent).status_code == 404


def test_held_text_is_discarded_by_any_member(client_of, cast, held):
    discard = reverse("draft_discard", args=["press", held.batch, held.pk])
    assert client_of(cast.outsider).post(discard).status_code == 404
    assert client_of(cast.colleague).post(discard).status_code == 302
    assert not Draft.objects.exists()


def test_list_of_new_texts_takes_as_many_queries_for_many_as_for_two(member, story, cast):
    def cost(number):
        for n in range(number):
            one = make_revision(story, text=f"{HARBOUR} {number} {n}", url=f"{URL}/{number}/{n}")
            text = f"A note {number} {n}. {one.text}"
            held = hold(
                one.article, original=original_of(text), text=text, headline="",
                way=Way.WATCH, because="", made_by=None,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            assert member.get(reverse("drafts", args=["press", held.batch])).status_code == 200
        return len(captured)

    assert cost(2) == cost(8)
