"""Studies, stories and articles: who sees them, what changes them, and what a list costs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Codebook, Fact, Membership, Role, Study
from sources.models import CleanedLine, Draft, Story
from tests.conftest import GAZETTE, make_revision, make_study

pytestmark = pytest.mark.django_db


def test_home_lists_the_studies_of_the_user_only(client_of, study, cast):
    make_study("other", "Other study")
    page = client_of(cast.reviewer).get("/").content.decode()
    assert "Press study" in page
    assert "Other study" not in page


def test_home_counts_stories_articles_and_standing_tags(
    client_of, study, cast, revision, gazette, tag
):
    tag(revision, "harbour accord")
    response = client_of(cast.moderator).get("/")
    (row,) = response.context["page"]
    assert (row.story_count, row.article_count, row.tag_count) == (1, 2, 1)
    assert row.role is Role.MODERATOR


def test_home_of_a_site_administrator_lists_every_study(client_of, study, cast):
    make_study("other", "Other study")
    response = client_of(cast.administrator).get("/")
    assert [row.role for row in response.context["page"]] == [Role.OWNER, Role.OWNER]
    assert reverse("study_new") in response.content.decode()


def test_home_without_a_study_says_what_to_do(client_of, study, cast):
    page = client_of(cast.outsider).get("/").content.decode()
    assert "not a member" in page
    assert "outsider" in page


def test_administrator_founds_a_study_with_a_key_made_from_its_name(client_of, study, cast):
    data = {"name": "Press Study", "key": "", "codebook": study.codebook_id}
    response = client_of(cast.administrator).post("/studies/new/", data)
    founded = Study.objects.get(key="press-study")
    assert response.url == reverse("study", args=["press-study"])
    assert founded.memberships.get().user == cast.administrator


def test_proposed_key_steps_aside_for_one_that_is_taken(client_of, study, cast):
    data = {"name": "Press", "key": "", "codebook": study.codebook_id}
    client_of(cast.administrator).post("/studies/new/", data)
    assert Study.objects.filter(key="press-2").exists()


@pytest.mark.parametrize("key", ["press", "Press!", "-a"])
def test_study_with_a_bad_or_taken_key_is_refused(client_of, study, cast, key):
    data = {"name": "Another", "key": key, "codebook": study.codebook_id}
    response = client_of(cast.administrator).post("/studies/new/", data)
    assert response.status_code == 422
    assert "key" in response.context["form"].errors
    assert Study.objects.count() == 1


def test_new_study_without_a_choice_gets_the_default_codebook(client_of, cast):
    data = {"name": "Press", "key": "", "codebook": ""}
    client_of(cast.administrator).post(reverse("study_new"), data)
    assert Study.objects.get().codebook.codes.filter(key="loaded").exists()


def test_new_study_gets_a_codebook_of_its_own_from_a_file(client_of, study, cast):
    Codebook.objects.create(name="Press")
    upload = SimpleUploadedFile("codes.csv", b"key,name,definition\nslant,Slant,Slanted.\n")
    data = {"name": "Press", "key": "own", "file": upload}
    client_of(cast.administrator).post(reverse("study_new"), data)
    book = Study.objects.get(key="own").codebook
    assert (book.name, [code.key for code in book.codes.all()]) == ("Press 2", ["slant"])
    assert book.revisions.get().made_by == cast.administrator


@pytest.mark.parametrize("text", [b"nonsense", b"key,name,definition\na b,A,D\n"])
def test_new_study_with_a_bad_codebook_file_is_refused(client_of, study, cast, text):
    data = {"name": "Other", "key": "own", "file": SimpleUploadedFile("codes.csv", text)}
    answer = client_of(cast.administrator).post(reverse("study_new"), data)
    assert (answer.status_code, Study.objects.count()) == (422, 1)
    assert "file" in answer.context["form"].errors


def test_only_a_site_administrator_founds_a_study(client_of, study, cast):
    assert client_of(cast.owner).get("/studies/new/").status_code == 403


def test_study_shows_what_each_story_holds(client_of, study, cast, story, revision, gazette, tag):
    tag(revision, "harbour accord")
    Fact.objects.create(study=study, story=story, statement="It was signed.", created_by=cast.owner)
    response = client_of(cast.reviewer).get("/studies/press/")
    (row,) = response.context["page"]
    assert (row.article_count, row.outlet_count, row.tag_count, row.fact_count) == (2, 2, 1, 1)


def test_counts_are_those_of_the_study_that_is_looked_at(client_of, cast, story, revision, tag):
    tag(revision, "harbour accord")
    other = make_study("other", "Other", users=[(cast.outsider, Role.OWNER)])
    other.stories.add(story)
    (row,) = client_of(cast.outsider).get("/studies/other/").context["page"]
    assert (row.article_count, row.tag_count) == (1, 0)
    (home,) = client_of(cast.outsider).get("/").context["page"]
    assert (home.story_count, home.article_count, home.tag_count) == (1, 1, 0)


@pytest.mark.parametrize(("q", "found"), [("accord", 1), ("GAZETTE", 1), ("elsewhere", 0)])
def test_stories_are_found_by_title_headline_and_outlet(client_of, cast, story, gazette, q, found):
    make_revision(story, outlet="The Gazette Weekly", text="Another text.")
    response = client_of(cast.reviewer).get("/studies/press/", {"q": q})
    assert response.context["page"].paginator.count == found


def test_empty_study_says_what_to_do(client_of, study, cast):
    page = client_of(cast.reviewer).get("/studies/press/").content.decode()
    assert "Begin the first story" in page


def test_member_begins_a_story_and_goes_on_to_import(client_of, study, cast):
    response = client_of(cast.reviewer).post(
        reverse("story_new", args=["press"]), {"title": "The ferry strike"}
    )
    story = study.stories.get()
    assert story.title == "The ferry strike"
    assert response.url == reverse("article_import", args=["press", story.pk])


def test_story_without_a_title_is_refused(client_of, study, cast):
    response = client_of(cast.reviewer).post(reverse("story_new", args=["press"]), {"title": " "})
    assert response.status_code == 422
    assert not Story.objects.exists()


def test_story_takes_another_title(client_of, cast, story):
    url = reverse("story_edit", args=["press", story.pk])
    assert "The harbour accord" in client_of(cast.reviewer).get(url).content.decode()
    assert client_of(cast.reviewer).post(url, {"title": ""}).status_code == 422
    assert client_of(cast.reviewer).post(url, {"title": "The pact"}).status_code == 302
    story.refresh_from_db()
    assert story.title == "The pact"


def test_story_lists_its_articles_undated_ones_last(client_of, cast, story, revision, gazette):
    type(gazette.article).objects.filter(pk=gazette.article.pk).update(
        published_at="2026-03-02T00:00Z"
    )
    response = client_of(cast.reviewer).get(reverse("story", args=["press", story.pk]))
    assert [row.headline for row in response.context["page"]] == [
        "Ministers sign accord",
        "Harbour deal",
    ]
    assert "2 Mar 2026" in response.content.decode()


def test_story_tells_its_reader_of_their_own_drafts_only(client_of, cast, story, revision):
    Draft.objects.create(
        batch="00000000-0000-4000-8000-000000000001", story=story, text="Waiting text.",
        original=revision.original, created_by=cast.reviewer,
    )  # fmt: skip
    url = reverse("story", args=["press", story.pk])
    assert "1 draft</strong> waits for you" in client_of(cast.reviewer).get(url).content.decode()
    assert "for you" not in client_of(cast.colleague).get(url).content.decode()


DETAILS = {
    "outlet": "Morning Post",
    "headline": "Harbour deal signed",
    "byline": "A. Writer",
    "published_on": "2026-03-01",
    "published_time": "14:30",
    "url": "https://post.example/deal",
    "language": "en",
}


def test_details_of_an_article_are_corrected(client_of, cast, revision):
    url = reverse("article", args=["press", revision.article.pk])
    assert client_of(cast.reviewer).post(url, DETAILS).url == url
    article = type(revision.article).objects.get()
    assert article.outlet.name == "Morning Post"
    assert article.published_at.isoformat() == "2026-03-01T14:30:00+00:00"
    assert article.url == "https://post.example/deal"


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("outlet", "", "outlet"),
        ("headline", "", "headline"),
        ("url", "javascript:alert(1)", "url"),
        ("published_on", "", "published_on"),
        ("language", "so English", "language"),
    ],
)
def test_bad_detail_is_refused_at_its_field(client_of, cast, revision, field, value, at):
    url = reverse("article", args=["press", revision.article.pk])
    response = client_of(cast.reviewer).post(url, DETAILS | {field: value})
    assert response.status_code == 422
    assert at in response.context["form"].errors
    assert type(revision.article).objects.get().headline == "Harbour deal"


def test_address_of_another_article_is_refused(client_of, cast, story, revision, gazette):
    make_revision(story, url="https://post.example/deal", text="A third text.")
    url = reverse("article", args=["press", gazette.article.pk])
    response = client_of(cast.reviewer).post(url, DETAILS)
    assert response.status_code == 422
    assert "url" in response.context["form"].errors


def test_article_shows_text_and_what_cleaning_did(client_of, cast, revision):
    CleanedLine.objects.create(
        revision=revision, number=7, text="412 shares", verdict="drop", reason="share count",
        dropped=True,
    )  # fmt: skip
    page = client_of(cast.reviewer).get(reverse("article", args=["press", revision.article.pk]))
    content = page.content.decode()
    assert "a military suffocation of the strait" in content
    assert "412 shares" in content
    assert "share count" in content
    assert revision.sha256 in content


def test_markup_in_a_text_is_shown_and_never_run(client_of, cast, story):
    revision = make_revision(story, headline="<b>Bold</b>", text="<script>alert(1)</script>")
    page = client_of(cast.reviewer).get(reverse("article", args=["press", revision.article.pk]))
    assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.content.decode()


def test_unknown_revision_of_an_article_is_not_found(client_of, cast, revision):
    url = reverse("article", args=["press", revision.article.pk])
    assert client_of(cast.reviewer).get(url, {"revision": "1"}).status_code == 200
    for number in ("2", "x", "²"):
        assert client_of(cast.reviewer).get(url, {"revision": number}).status_code == 404


def test_original_is_handed_out_as_a_file_of_its_very_bytes(client_of, cast, gazette):
    gazette.original.filename = "a\r\nb.html"
    gazette.original.save()
    response = client_of(cast.reviewer).get(reverse("original", args=["press", gazette.pk]))
    assert response.content == GAZETTE.encode()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def pages(story, revision):
    """Every page of the library that lies within the study."""
    return [
        reverse("study", args=["press"]),
        reverse("story_new", args=["press"]),
        reverse("story", args=["press", story.pk]),
        reverse("story_edit", args=["press", story.pk]),
        reverse("article", args=["press", revision.article.pk]),
        reverse("original", args=["press", revision.pk]),
    ]


def test_outsider_finds_no_page_of_the_study(client_of, cast, pages):
    for page in pages:
        response = client_of(cast.outsider).get(page)
        assert response.status_code == 404, page
        assert "harbour" not in response.content.decode().lower()


def test_anonymous_visitor_is_asked_to_log_in(client, study, pages):
    for page in ["/", "/studies/new/", *pages]:
        assert client.get(page).url == f"/login/?next={page}"


def test_member_of_another_study_finds_no_page(client_of, cast, pages):
    other = make_study("other", "Other", users=[(cast.outsider, Role.OWNER)])
    assert Membership.objects.filter(study=other).exists()
    for page in pages[2:]:
        foreign = page.replace("/press/", "/other/")
        assert client_of(cast.outsider).get(foreign).status_code == 404, foreign


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["home", "study", "story"])
def test_list_takes_as_many_queries_for_many_rows_as_for_one(
    client_of, cast, study, story, revision, tag, name
):
    args = {"home": [], "study": ["press"], "story": ["press", story.pk]}[name]
    client, url = client_of(cast.reviewer), reverse(name, args=args)
    before = queries(client, url)
    for number in range(5):
        more = make_study(f"s{number}", f"S {number}", users=[(cast.reviewer, Role.OWNER)])
        more.stories.add(story)
        study.stories.add(Story.objects.create(title=f"Story {number}"))
        tag(make_revision(story, outlet=f"Outlet {number}"), "harbour accord")
    assert queries(client, url) == before
