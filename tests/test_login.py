"""What an ended session was about to save is still there after the login."""

import uuid

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Annotation
from config.login import KEPT, MOST_KEPT
from sources.models import Story

pytestmark = pytest.mark.django_db

PASSWORD = "a long and dull sentence"


@pytest.fixture
def member(study, cast):
    """The reviewer, who can log in by the form."""
    cast.reviewer.set_password(PASSWORD)
    cast.reviewer.save()
    return cast.reviewer


def log_in(client, url):
    return client.post(url, {"username": "reviewer", "password": PASSWORD})


def test_anonymous_page_request_goes_to_the_login_and_back(client, study):
    assert client.get("/studies/press/?q=a").url == "/login/?next=/studies/press/%3Fq%3Da"


def test_anonymous_htmx_request_gets_an_empty_401(client, study):
    response = client.post(
        "/studies/press/tag/", {"exact": "words"}, headers={"HX-Request": "true"}
    )
    assert (response.status_code, response.content) == (401, b"")


def test_tag_survives_a_session_that_ends_in_the_middle(client, member, revision):
    start = revision.text.index("harbour accord")
    fields = {
        "id": str(uuid.uuid4()), "revision": revision.pk, "code": "loaded", "voice": "outlet",
        "start": start, "end": start + 14, "exact": "harbour accord", "note": "two\nlines",
    }  # fmt: skip
    response = client.post("/studies/press/tag/", fields)
    assert response.url == "/login/?next=/resume/"
    assert log_in(client, response.url).url == "/resume/"
    page = client.get("/resume/")
    assert "harbour accord" in page.content.decode()
    kept = page.context["kept"]
    assert client.post(kept["path"], dict(kept["fields"])).status_code in {302, 303}
    assert Annotation.objects.get().note == "two\nlines"
    assert KEPT not in client.session


def test_resumed_form_posts_the_same_fields_to_the_same_path(client, member, study):
    client.post("/studies/press/stories/new/?from=x", {"title": 'A "quoted" & <b>title</b>'})
    log_in(client, "/login/?next=/resume/")
    page = client.get("/resume/").content.decode()
    assert 'action="/studies/press/stories/new/?from=x"' in page
    assert 'value="A &quot;quoted&quot; &amp; &lt;b&gt;title&lt;/b&gt;"' in page
    assert "csrfmiddlewaretoken" in page


def test_several_values_of_one_field_are_all_kept(client, study):
    client.post("/studies/press/stories/new/", {"keep": ["1", "2"], "title": "t"})
    assert client.session[KEPT]["fields"] == [["keep", "1"], ["keep", "2"], ["title", "t"]]


def test_discarded_form_is_not_saved(client, member, study):
    client.post("/studies/press/stories/new/", {"title": "A strike"})
    log_in(client, "/login/?next=/resume/")
    assert client.post("/resume/").url == "/"
    assert "Nothing is waiting" in client.get("/resume/").content.decode()
    assert not Story.objects.exists()


def test_neither_token_nor_password_is_kept(client, study):
    client.post("/studies/press/stories/new/", {"title": "t", "csrfmiddlewaretoken": "x" * 64})
    assert client.session[KEPT]["fields"] == [["title", "t"]]
    other = Client()
    response = other.post("/password/", {"old_password": "secret", "new_password1": "hidden"})
    assert response.url == "/login/?next=/"
    assert KEPT not in other.session


def test_text_too_long_for_the_session_is_not_kept_and_said_so(client, study):
    response = client.post("/studies/press/stories/new/", {"title": "x" * MOST_KEPT})
    assert response.url == "/login/?next=/"
    assert "too long to be kept" in client.get(response.url).content.decode()


def test_files_are_not_kept_but_named(client, member, story, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Words.")
    url = reverse("article_import", args=["press", story.pk])
    with path.open() as file:
        client.post(url, {"way": "upload", "files": file})
    log_in(client, "/login/?next=/resume/")
    page = client.get("/resume/").content.decode()
    assert "1 file that you chose could not be kept" in page
    assert "Save it now" not in page


def test_resume_page_needs_a_login(client, db):
    assert client.get("/resume/").url == "/login/?next=/resume/"


def test_form_with_a_wrong_token_is_shown_back_to_be_copied(study, cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.reviewer)
    data = {"title": "My long <title>", "password": "secret", "csrfmiddlewaretoken": "x" * 64}
    response = client.post("/studies/press/stories/new/", data)
    page = response.content.decode()
    assert response.status_code == 403
    assert "My long &lt;title&gt;" in page
    assert "secret" not in page
    assert "x" * 64 not in page
    assert not Story.objects.exists()


@pytest.mark.parametrize(
    ("referer", "linked"),
    [
        ("http://testserver/studies/press/stories/new/", True),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_refused_form_links_back_within_the_site_only(study, cast, referer, linked):
    client = Client(enforce_csrf_checks=True, headers={"Referer": referer})
    client.force_login(cast.reviewer)
    page = client.post("/studies/press/stories/new/", {"title": "t"}).content.decode()
    assert ("button primary" in page) is linked


def test_text_larger_than_a_form_may_be_gets_a_page_that_says_so(client_of, cast, story):
    url = reverse("article_import", args=["press", story.pk])
    text = "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = client_of(cast.reviewer).post(url, {"way": "paste", "text": text})
    assert response.status_code == 413
    assert "16 MB" in response.content.decode()


def test_upload_that_is_too_large_as_a_whole_is_refused_unread(
    client_of, cast, story, settings, tmp_path
):
    settings.MAX_REQUEST_BYTES = 1000
    (tmp_path / "a.txt").write_text("x" * 1000)
    with (tmp_path / "a.txt").open() as file:
        url = reverse("article_import", args=["press", story.pk])
        response = client_of(cast.reviewer).post(url, {"way": "upload", "files": file})
    assert response.status_code == 413


def test_member_without_the_right_is_told_which_role_it_needs(client_of, study, cast):
    response = client_of(cast.owner).get("/studies/new/")
    assert response.status_code == 403
    assert "Only a site administrator" in response.content.decode()


def test_unknown_host_gets_a_plain_400(client, db):
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "could not make sense" in response.content.decode()


def test_error_page_of_the_server_needs_no_request(rf):
    from django.views.defaults import server_error

    response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


def test_password_is_changed_on_our_own_pages(member, client):
    client.force_login(member)
    assert "Change password" in client.get("/password/").content.decode()
    wrong = {"old_password": "no", "new_password1": "short", "new_password2": "other"}
    assert "errorlist" in client.post("/password/", wrong).content.decode()
    new = "another long and dull sentence"
    right = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/password/", right).url == "/password/done/"
    assert "is changed" in client.get("/password/done/").content.decode()
    assert User.objects.get(pk=member.pk).check_password(new)
