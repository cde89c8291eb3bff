"""Jobs that fetch: articles again, lists of addresses, and their pages; each site at its pace."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from annotations.revisions import carries
from annotations.tasks.queueing import Later, is_queued, waiting
from sources import harvesting
from sources.courtesy import NotYet, pause_for
from sources.fetching import FetchRefused, origin_of
from sources.models import Article, Harvest, HarvestedPage, Refetch, Site, Way
from sources.refetching import due, put_off, refetch

PATIENCE = 15.0  # seconds that a job sleeps until its turn; for longer it goes back to the queue
LISTING_PATIENCE = 60.0  # between the sitemaps of one index, which are read by one job
LONGEST_WAIT = timedelta(minutes=10)  # that it waits there, and those of its site behind it
MOST_DUE = 500  # articles in one round; what is left comes in the next


@app.task(name="refetch_article", retry=Later())
def refetch_article(
    article_id: int, *, since: float, way: str = Way.WATCH, made_by: int | None = None
) -> None:
    """Fetch an article again, unless it has been since the time `since` of the job's deferral."""
    article = Article.objects.select_related("story", "outlet").filter(pk=article_id).first()
    if article is None or not article.url:
        return
    row = Refetch.objects.filter(article=article).first()
    if row and row.fetched_at and row.fetched_at.timestamp() >= since:
        return
    person = User.objects.filter(pk=made_by).first() if made_by else None
    try:
        row = refetch(article, made_by=person, way=Way(way), patience=PATIENCE)
    except NotYet as not_yet:
        if not_yet.at - timezone.now() < LONGEST_WAIT:
            raise
        put_off(article, not_yet)
        return
    if row.outcome == Refetch.Outcome.REVISED:
        carries.revised(article.revisions.order_by("-number")[0])


@app.task(name="list_harvest", retry=Later())
def list_harvest(harvest_id: str) -> None:
    """List the pages of a feed or a sitemap."""
    harvest = Harvest.objects.select_related("story").filter(pk=harvest_id).first()
    if harvest is None:  # its person has discarded it meanwhile
        return
    try:
        harvesting.list_pages(harvest, patience=LISTING_PATIENCE)
    except NotYet as not_yet:
        if not_yet.at - timezone.now() < LONGEST_WAIT:
            raise
        harvesting.give_up_listing(harvest, not_yet)


@app.task(name="fetch_page", retry=Later())
def fetch_page(page_id: int) -> None:
    """Fetch a page of a harvest and draft it, if it still waits for that."""
    pages = HarvestedPage.objects.select_related("harvest__story", "harvest__started_by")
    page = pages.filter(pk=page_id, state=HarvestedPage.State.WAITING).first()
    if page is None:
        return
    try:
        harvesting.draft_page(page, patience=PATIENCE)
    except NotYet as not_yet:
        if not_yet.at - timezone.now() < LONGEST_WAIT:
            raise
        harvesting.fail_page(page, str(not_yet))


@app.periodic(cron="*/5 * * * *")
@app.task(name="refetch_due", queueing_lock="refetch_due")
def refetch_due(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate's
    """Defer a fetch for each article of a watched story whose time has come."""
    refetch_later(due(timezone.now())[:MOST_DUE])


def refetch_later(
    articles: Iterable[Article], *, way: Way = Way.WATCH, made_by: User | None = None
) -> int:
    """Have a worker fetch `articles` again, and return how many were not to be fetched already.

    Those of one site wait for each other, and come as far apart as the site wishes.
    """
    since = timezone.now().timestamp()
    waiting = waiting_articles()
    person = made_by.pk if made_by else None
    return _defer_in_turns(
        refetch_article,
        [
            (
                article.url,
                {
                    "article_id": article.pk,
                    "since": since,
                    "way": way.value,
                    "made_by": person,
                },
            )
            for article in articles
            if article.pk not in waiting
        ],
    )


def list_later(harvest: Harvest) -> None:
    """Have a worker list the pages of a harvest; once, however often this is asked."""
    if not is_queued("list_harvest", harvest_id=str(harvest.pk)):
        _defer_in_turns(list_harvest, [(harvest.url, {"harvest_id": str(harvest.pk)})])


def fetch_pages_later(pages: Iterable[HarvestedPage]) -> int:
    """Have a worker fetch pages of a harvest, and return how many were not to be already."""
    waiting = waiting_pages()
    new = [(page.url, {"page_id": page.pk}) for page in pages if page.pk not in waiting]
    return _defer_in_turns(fetch_page, new)


def waiting_articles() -> set[int]:
    """Return the ids of the articles whose fetch is under way or waits for a worker."""
    return waiting("refetch_article", "article_id", ("todo", "doing"))


def waiting_pages() -> set[int]:
    """Return the ids of the harvested pages that are being fetched or wait for a worker."""
    return waiting("fetch_page", "page_id", ("todo", "doing"))


def _defer_in_turns(task: Task, asked: Iterable[tuple[str, dict[str, Any]]]) -> int:
    """Defer a job for each address with its arguments, and return how many.

    Those of one site wait for each other, and come as far apart as the site wishes.
    """
    now = timezone.now()
    queues: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for url, arguments in asked:
        queues[_origin(url)].append(arguments)
    sites = Site.objects.in_bulk(queues, field_name="origin")
    jobs = []
    for origin, queue in queues.items():
        pause = pause_for(sites[origin].robots if origin in sites else "")
        for place, arguments in enumerate(queue):
            deferrer = task.configure(
                lock=f"site {origin}", schedule_at=now + timedelta(seconds=place * pause)
            )
            jobs.append(deferrer.make_new_job(**arguments))
    if jobs:
        app.job_manager.batch_defer_jobs(jobs)  # one statement, as a story may have thousands
    return len(jobs)


def _origin(url: str) -> str:
    """Return the site of an address; "" for one that the fetch itself will refuse."""
    try:
        return origin_of(url)
    except FetchRefused:
        return ""
