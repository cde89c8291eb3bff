"""A page sent from the browser: whose it may become, and that nothing is stored before."""

from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Role
from sources.models import Draft, Story, Way
from tests.conftest import GAZETTE, HARBOUR, make_revision, make_study

pytestmark = pytest.mark.django_db
CLIP = "/clip/"
HTMX = {"HX-Request": "true"}
URL = "https://times.example/accord"
REFUSED = [
    ({"place": ""}, "Choose a story"),
    ({"place": "press/x"}, "no such story"),
    ({"place": f"press/{2**70}"}, "no such story"),
    ({"place": "elsewhere/1"}, "no such story"),
    ({"url": "javascript:alert(1)"}, "Begin with http"),
    ({"page": "", "text": " "}, "There is no text"),
    ({"page": "<html><script>x</script></html>"}, "no text in its page"),
    ({"page": "x" * (8 * 1024 * 1024 + 1)}, "more than 8 MB"),
]


def page_of(text, title="Harbour deal"):
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n") if line)
    script = "<script>alert('ran')</script>"
    return (
        f"<html><head><title>{title}</title>{script}</head><body><article>{lines}</article></body>"
    )


@pytest.fixture
def sent(story):
    return {"place": f"press/{story.pk}", "page": page_of(HARBOUR), "url": f"{URL}?utm_source=x#a"}


@pytest.fixture
def member(client_of, cast):
    return client_of(cast.reviewer)


def test_page_becomes_a_draft_of_its_person(member, sent, cast, story):
    response = member.post(CLIP, sent)
    draft = Draft.objects.get()
    assert (response.status_code, response.url) == (
        302,
        reverse("draft", args=["press", draft.batch, draft.pk]),
    )
    assert (draft.way, draft.url, draft.created_by) == (Way.CLIP, URL, cast.reviewer)
    assert "military suffocation" in draft.text
    assert "alert" not in draft.text
    assert bytes(draft.original.data).decode() == sent["page"]


def test_htmx_is_led_to_the_draft(member, sent):
    response = member.post(CLIP, sent, headers=HTMX)
    draft = Draft.objects.get()
    assert response["HX-Redirect"] == reverse("draft", args=["press", draft.batch, draft.pk])


def test_page_whose_address_is_known_is_a_new_text(member, sent, story):
    article = make_revision(story, url=URL, text=GAZETTE).article
    member.post(CLIP, sent)
    assert Draft.objects.get().article == article


def test_pasted_text_needs_no_script(member, sent):
    member.post(CLIP, {"place": sent["place"], "text": f"{HARBOUR}\0", "url": ""})
    assert "military suffocation" in Draft.objects.get().text


def test_last_story_is_proposed_again(member, sent, study):
    newer = Story.objects.create(title="A newer one")
    study.stories.add(newer)
    assert "selected" not in member.get(CLIP).content.decode()
    member.post(CLIP, sent)
    assert f'<option value="{sent["place"]}" selected' in member.get(CLIP).content.decode()


def test_what_cannot_be_taken_is_told_and_not_stored(member, sent):
    for change, said in REFUSED:
        for headers in ({}, HTMX):
            response = member.post(CLIP, sent | change, headers=headers)
            page = response.content.decode()
            assert response.status_code == 422
            assert said in page
            assert page.strip().startswith('<div id="clip-place">') == bool(headers)
    assert not Draft.objects.exists()


def test_stories_of_others_are_neither_offered_nor_taken(client_of, cast, sent, story):
    outsider = client_of(cast.outsider)
    assert story.title not in outsider.get(CLIP).content.decode()
    assert "no story that you may import into" in outsider.get(CLIP).content.decode()
    assert outsider.post(CLIP, sent).status_code == 422
    assert story.title in client_of(cast.administrator).get(CLIP).content.decode()
    assert not Draft.objects.exists()


def test_study_that_hides_outlets_is_not_offered_to_who_codes(client_of, cast, sent, study, story):
    study.outlets_hidden = True
    study.save(update_fields=["outlets_hidden"])
    member = client_of(cast.reviewer)
    assert story.title not in member.get(CLIP).content.decode()
    response = member.post(CLIP, sent)
    assert "hides that from those who code" in response.content.decode()
    assert client_of(cast.owner).post(CLIP, sent).status_code == 302


def test_without_a_login_the_window_opens_and_nothing_is_taken(client, sent, story):
    page = client.get(CLIP).content.decode()
    assert "You are not logged in" in page
    assert story.title not in page
    assert client.post(CLIP, sent, headers=HTMX).status_code == 401
    assert client.post(CLIP, sent).url == "/login/?next=/clip/"
    assert client.get("/clip/setup/").status_code == 302
    assert not Draft.objects.exists()


def test_window_keeps_its_opener_and_every_other_page_cuts_it(member, client):
    for visitor in (member, client):
        response = visitor.get(CLIP)
        assert response["Cross-Origin-Opener-Policy"] == "unsafe-none"
        assert "no-store" in response["Cache-Control"]
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    for address in ("/", "/clip/setup/", "/login/"):
        assert member.get(address)["Cross-Origin-Opener-Policy"] == "same-origin"


def test_csrf_is_asked_for(client_of, cast, sent):
    member = client_of(cast.reviewer)
    member.handler.enforce_csrf_checks = True
    assert member.post(CLIP, sent).status_code == 403
    assert not Draft.objects.exists()


def test_bookmark_is_one_line_that_knows_this_server(member):
    page = member.get("/clip/setup/", headers={"host": "localhost:8000"})
    script = unquote(page.context["bookmarklet"])
    assert script.startswith("javascript:(() => {")
    assert "http://localhost:8000/clip/" in script.replace("\\u002D", "-")
    assert "\n" not in script
    assert "{%" not in script
    assert '"' not in page.context["bookmarklet"]


def test_list_of_stories_takes_one_query_however_many(member, study, story):
    with CaptureQueriesContext(connection) as few:
        member.get(CLIP)
    for number in range(3):
        make_study(key=f"s{number}", name=f"Study {number}").stories.add(story)
        study.stories.add(Story.objects.create(title=f"Story {number}"))
    with CaptureQueriesContext(connection) as many:
        page = member.get(CLIP).content.decode()
    assert len(many) == len(few)
    assert "Story 2" in page
    assert "Study 2" not in page


def test_stories_stand_under_their_studies(client_of, cast, story):
    other = make_study(key="other", name="Other study", users=[(cast.reviewer, Role.REVIEWER)])
    other.stories.add(story)
    page = client_of(cast.reviewer).get(CLIP).content.decode()
    assert page.count("<optgroup") == 2
    assert f'value="other/{story.pk}"' in page
    assert f'value="press/{story.pk}"' in page
