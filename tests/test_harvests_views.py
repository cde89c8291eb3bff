"""Pages of harvests: whose they are, what they say, and that a worker does what is chosen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.forms.harvests import PageFilterForm
from annotations.intake.harvests import Filters
from annotations.views import harvests as views
from sources.harvesting import choose_pages, start_harvest, start_list
from sources.listing import Listed
from sources.models import Draft, Harvest, HarvestedPage
from tests.conftest import make_revision
from tests.workers import empty_queue

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FEED = "https://times.example/feed"
State = HarvestedPage.State
NO_ADDRESS = [
    {"way": "feed", "url": ""},
    {"way": "feed", "url": "javascript:alert(1)"},
    {"way": "list", "addresses": " "},
    {"way": "list", "addresses": "x\ny"},
    {"way": "dance"},
    {},
]
NONSENSE = [
    {"action": "fetch"},
    {"action": "fetch", "page": ["x"]},
    {"action": "fetch", "page": ["1"] * 501},
    {"action": "dance"},
    {},
]
FILTERED = [
    ("?q=harbour+DEAL", ["deal"]),
    ("?q=example/2", ["Weather"]),
    ("?q=nowhere", []),
    ("?since=2026-11-02&until=2026-11-02", ["deal"]),
    ("?since=2026-11-03", []),
    ("?until=9999-12-31", ["deal"]),
    ("?since=nonsense&page=x", ["deal", "Weather", "Strait"]),
    ("?q=%00", ["deal", "Weather", "Strait"]),
]


@pytest.fixture(autouse=True)
def queue(db):
    empty_queue()


@pytest.fixture
def member(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def url(story):
    return reverse("harvests", args=["press", story.pk])


@pytest.fixture
def harvest(story, cast):
    """Three pages of a feed; the last one is in the story."""
    make_revision(story, url="https://times.example/3")
    moment = timezone.datetime(2026, 11, 2, 23, 30, tzinfo=timezone.get_default_timezone())
    pages = [
        Listed("https://times.example/1", "Harbour <b>deal</b>", moment),
        Listed("https://times.example/2", "Weather"),
        Listed("https://times.example/3", "Strait"),
    ]
    harvest = start_list(story, pages, started_by=cast.reviewer)
    Harvest.objects.update(kind=Harvest.Kind.FEED, url=FEED)
    return harvest


@pytest.fixture
def worker():
    """A worker that has just given a sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def place(harvest, name="harvest"):
    return reverse(name, args=["press", harvest.story_id, harvest.pk])


def jobs(task):
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=task)]


def content(client, harvest, query="", **more):
    return client.get(place(harvest) + query, **more).content.decode()


def test_address_of_a_feed_begins_a_harvest_that_a_worker_lists(member, url, cast):
    response = member.post(url, {"way": "feed", "url": f" {FEED}?utm_source=x "})
    harvest = Harvest.objects.get()
    assert (response.status_code, response.url) == (303, place(harvest))
    assert (harvest.url, harvest.started_by, harvest.listed_at) == (FEED, cast.reviewer, None)
    assert jobs("list_harvest") == [{"harvest_id": str(harvest.pk)}]
    assert FEED in member.get(url).content.decode()


def test_pasted_addresses_are_listed_at_once_all_ticked_and_bad_lines_named(member, url):
    sent = {"way": "list", "addresses": "https://a.example/1\r\nnonsense\r\nhttps://a.example/2"}
    page = member.post(url, sent, follow=True).content.decode()
    assert page.count("checked") == 2
    assert "Line 2 is not a web address" in page
    assert jobs("fetch_page") == []


def test_what_is_no_address_begins_nothing(member, url):
    for sent in NO_ADDRESS:
        assert member.post(url, sent).status_code == 422, sent
    assert not Harvest.objects.exists()


def test_ticked_pages_are_fetched_by_a_worker_and_not_twice(member, harvest):
    [one, two, known] = harvest.pages.all()
    sent = {"action": "fetch", "page": [one.pk, known.pk]}
    for _ in range(2):
        assert member.post(place(harvest), sent).status_code == 303
    assert jobs("fetch_page") == [{"page_id": one.pk}]
    page = content(member, harvest)
    assert "0 of 1 page</strong> done" in page
    assert f'value="{two.pk}"' in page
    assert f'value="{one.pk}"' not in page


def test_nonsense_is_refused_and_fetches_nothing(member, harvest):
    for sent in NONSENSE:
        assert member.post(place(harvest), sent).status_code == 422, sent
    assert jobs("fetch_page") == []


def test_pages_of_another_harvest_are_not_chosen(member, harvest, story, cast):
    other = start_list(story, [Listed("https://a.example/")], started_by=cast.colleague)
    sent = {"action": "fetch", "page": [other.pages.get().pk, 2**70]}
    member.post(place(harvest), sent)
    assert jobs("fetch_page") == []
    assert other.pages.get().state == State.LISTED


def test_stop_try_again_and_discard(member, harvest):
    [one, two, _] = harvest.pages.all()
    member.post(place(harvest), {"action": "fetch", "page": [one.pk, two.pk]})
    HarvestedPage.objects.filter(pk=two.pk).update(state=State.FAILED, said="The site answered 500")
    assert "The site answered 500" in content(member, harvest)
    member.post(place(harvest), {"action": "stop"})
    assert one.__class__.objects.get(pk=one.pk).state == State.LISTED
    member.post(place(harvest), {"action": "again"})
    assert {"page_id": two.pk} in jobs("fetch_page")
    assert member.post(place(harvest, "harvest_discard")).status_code == 303
    assert not Harvest.objects.exists()
    assert member.get(place(harvest)).status_code == 404


def test_list_that_could_not_be_read_is_read_again(member, story, cast):
    harvest = start_harvest(story, url=FEED, started_by=cast.reviewer)
    assert "the job that was to do it is gone" in content(member, harvest)
    Harvest.objects.update(listed_at=timezone.now(), said="The site answered 500.")
    assert "The site answered 500." in content(member, harvest)
    member.post(place(harvest), {"action": "list"})
    harvest.refresh_from_db()
    assert (harvest.listed_at, harvest.said) == (None, "")
    assert len(jobs("list_harvest")) == 1


def test_pages_whose_job_is_gone_can_be_tried_again(member, harvest):
    choose_pages(harvest, [harvest.pages.first().pk])
    assert "1 lost their job" in content(member, harvest)
    member.post(place(harvest), {"action": "again"})
    assert len(jobs("fetch_page")) == 1


def test_pages_are_filtered_by_words_and_days(member, harvest):
    for query, titles in FILTERED:
        page = content(member, harvest, query)
        shown = [title for title in ("deal", "Weather", "Strait") if title in page]
        assert shown == titles, query
        assert "<b>" not in page


def test_all_are_ticked_without_a_script(member, harvest):
    assert content(member, harvest).count("checked") == 0
    assert content(member, harvest, "?tick=all").count("checked") == 2


def test_progress_renews_itself_only_while_there_is_work_and_a_worker(member, harvest, worker):
    assert "every 2s" not in content(member, harvest)
    member.post(place(harvest), {"action": "fetch", "page": [harvest.pages.first().pk]})
    page = content(member, harvest, headers=HTMX)
    assert page.lstrip().startswith('<section class="harvest-progress"')
    assert "every 2s" in page
    assert "No worker is running" not in page
    empty_queue()
    member.post(place(harvest), {"action": "again"})
    page = content(member, harvest)
    assert "No worker is running" in page
    assert "every 2s" not in page


def test_page_reloads_itself_when_the_list_is_there(member, story, cast, worker):
    member.post(reverse("harvests", args=["press", story.pk]), {"way": "feed", "url": FEED})
    harvest = Harvest.objects.get()
    assert "?part=list" in content(member, harvest)
    assert "HX-Refresh" not in member.get(place(harvest) + "?part=list", headers=HTMX)
    empty_queue()
    Harvest.objects.update(listed_at=timezone.now())
    assert member.get(place(harvest) + "?part=list", headers=HTMX)["HX-Refresh"] == "true"


def test_drafts_are_one_click_away(member, harvest, story, revision, cast):
    Draft.objects.create(
        batch=harvest.pk,
        story=story,
        original=revision.original,
        text="x",
        created_by=cast.reviewer,
    )
    choose_pages(harvest, [harvest.pages.first().pk])
    assert reverse("drafts", args=["press", harvest.pk]) in content(member, harvest)


def test_harvest_is_its_persons_alone(client_of, cast, harvest, url, client):
    for user, status in [(cast.reviewer, 200), (cast.owner, 404), (cast.outsider, 404)]:
        assert client_of(user).get(place(harvest)).status_code == status
        assert (FEED in client_of(user).get(url).content.decode()) == (status == 200)
    for user in (cast.owner, cast.outsider):
        assert client_of(user).post(place(harvest), {"action": "stop"}).status_code == 404
        assert client_of(user).post(place(harvest, "harvest_discard")).status_code == 404
    assert client_of(cast.outsider).get(url).status_code == 404
    assert "/login/" in client.get(place(harvest)).url


def test_hidden_outlets_close_the_pages(client_of, cast, study, harvest, url):
    study.outlets_hidden = True
    study.save(update_fields=["outlets_hidden"])
    member = client_of(cast.reviewer)
    for address in (url, place(harvest)):
        assert member.get(address).status_code == 403
        assert member.post(address, {"action": "stop"}).status_code == 403
    assert Harvest.objects.exists()


def test_page_takes_the_same_queries_for_one_page_as_for_many(member, harvest, monkeypatch):
    with CaptureQueriesContext(connection) as few:
        content(member, harvest)
    HarvestedPage.objects.bulk_create(
        HarvestedPage(
            harvest=harvest,
            position=number,
            url=f"https://a.example/{number}",
            state=State.FAILED if number % 2 else State.LISTED,
        )
        for number in range(3, 60)
    )
    monkeypatch.setattr(views, "PAGES_PER_PAGE", 20)
    with CaptureQueriesContext(connection) as many:
        page = content(member, harvest)
    assert len(many) == len(few)
    assert "Next →" in page


def test_filter_takes_any_day():
    assert PageFilterForm({"until": "9999-12-31"}).filters.until.year == 9990
    assert PageFilterForm({}).filters == Filters()
