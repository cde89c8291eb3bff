import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Role
from tests.conftest import HARBOUR, make_study, revise

LATER = HARBOUR.replace("Monday", "Tuesday").replace("“", '"').replace("”", '"')


@pytest.fixture
def second(revision):
    return revise(revision, LATER, headline="Harbour deal <signed>")


@pytest.fixture
def address(revision):
    """The address of a page of the article's: address("revision", 1)."""
    return lambda name, *numbers: reverse(name, args=["press", revision.article.pk, *numbers])


@pytest.fixture
def read(client_of, cast):
    """The page as the reviewer reads it: read(url)."""
    return lambda url, **query: client_of(cast.reviewer).get(url, query).content.decode()


def test_timeline_shows_newest_first_and_what_changed(read, address, second):
    page = read(address("revisions"))
    assert page.index("Revision 2</a>") < page.index("Revision 1</a>")
    assert "was: “Harbour deal”" in page
    assert "1 added" in page
    assert address("revision_diff", 1, 2) in page
    assert reverse("original", args=["press", second.pk]) in page
    assert f"?articles={second.article.pk}@1" in page


def test_single_revision_says_how_to_add_another(read, address, revision):
    page = read(address("revisions"))
    adding = reverse("article_import", args=["press", revision.article.story_id])
    assert f"{adding}?article={revision.article.pk}" in page
    assert "Compare the chosen" not in page


def test_article_without_text_has_an_empty_timeline(read, revision, story):
    bare = type(revision.article).objects.create(
        story=story, outlet=revision.article.outlet, headline="Nothing yet"
    )
    assert "no text yet" in read(reverse("revisions", args=["press", bare.pk]))


def test_article_leads_to_its_timeline(read, address, second):
    page = read(address("article"))
    assert f'<a href="{address("revisions")}">2 revisions</a>' in page


def test_chosen_two_are_compared_the_older_first(client_of, cast, address, second):
    client, url = client_of(cast.reviewer), address("revisions")
    assert client.get(url, {"old": "2", "new": "1"}).url == address("revision_diff", 1, 2)
    assert client.get(address("revision_diff", 2, 1)).url == address("revision_diff", 1, 2)


@pytest.mark.parametrize("chosen", ["old=1&new=1", "old=2", "old=2&new=²"])
def test_one_revision_alone_is_not_compared(client_of, cast, address, second, chosen):
    response = client_of(cast.reviewer).get(f"{address('revisions')}?{chosen}")
    assert response.status_code == 422
    assert "Choose two different revisions" in response.content.decode()


def test_difference_shows_words_headline_and_style(read, address, second):
    page = read(address("revision_diff", 1, 2))
    assert "Monday<span" in page
    assert "[added: </span>Tuesday" in page
    assert "[added: </span>&lt;signed&gt;" in page
    assert "1 word added, 1 removed" in page
    assert "Only the style of quotation marks changed" in page


def test_words_keep_their_distance_from_what_was_removed(read, address, revision):
    revise(revision, HARBOUR.replace("military ", "").replace(" on Monday", ""))
    page = read(address("revision_diff", 1, 2))
    assert ">]</span></del> suffocation of the strait" in page
    assert "harbour accord <del" in page


def test_difference_side_by_side_has_both_wordings(read, address, second):
    inline, side = (read(address("revision_diff", 1, 2), view=view) for view in ("x", "side"))
    assert 'class="old"' not in inline
    assert side.count('class="old"') == side.count('class="new"') == 3


def test_moved_paragraph_is_linked_both_ways(read, address, revision):
    head, middle, last = HARBOUR.split("\n\n")
    revise(revision, "\n\n".join([last, head, middle]))
    page = read(address("revision_diff", 1, 2))
    assert '<a href="#row-3">where it was</a>' in page
    assert '<a href="#row-0">where it is now</a>' in page


def test_tags_of_a_row_lead_to_the_desk(read, address, revision, second, tag):
    span = tag(second, "Tuesday").span
    page = read(address("revision_diff", 1, 2))
    assert f"?articles={revision.article.pk}@2#span-{second.pk}-{span.start}-{span.end}" in page
    assert "1 tag in revision 2" in page


def test_older_revision_is_read_with_its_provenance(read, address, revision, second):
    page = read(address("revision", 1))
    assert "on Monday" in page
    assert revision.sha256 in page
    assert address("revision_diff", 1, 2) in page
    assert "now: “Harbour deal &lt;signed&gt;”" in page


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("revision", [3]),
        ("revision", [10**12]),
        ("revision_diff", [1, 3]),
        ("revision_diff", [1, 1]),
        ("revision_diff", [1, 10**30]),
    ],
)
def test_unknown_revision_is_not_found(client_of, cast, address, second, name, numbers):
    assert client_of(cast.reviewer).get(address(name, *numbers)).status_code == 404


@pytest.fixture
def pages(address, second):
    return [address("revisions"), address("revision", 1), address("revision_diff", 1, 2)]


def test_outsider_finds_no_revision(client_of, client, cast, pages):
    make_study("other", "Other", users=[(cast.outsider, Role.OWNER)])
    for page in pages:
        assert client_of(cast.outsider).get(page).status_code == 404
        assert client_of(cast.outsider).get(page.replace("/press/", "/other/")).status_code == 404
        assert client.get(page).url.startswith("/login/")


def test_pages_take_as_many_queries_for_many_revisions_as_for_two(
    client_of, cast, pages, second, tag
):
    client = client_of(cast.reviewer)

    def queries(page):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    stored = second.article.revisions
    stored.update(created_by=cast.owner)
    before = [queries(page) for page in pages]
    newest = second
    for number in range(4):
        newest = revise(newest, f"{LATER} Added {number}.")
        tag(newest, "Critics")
        tag(second, "Critics", annotator=cast.colleague)
    stored.update(created_by=cast.owner)
    assert [queries(page) for page in pages] == before
