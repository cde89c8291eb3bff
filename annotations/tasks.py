"""What a worker does: fetch pages and lists of them, index texts, carry spans, compute figures.

`manage.py procrastinate worker` runs the jobs. A job is deferred in the transaction of whoever
defers it. It may run twice, as when its worker is killed, and then finds what is done already.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.jobs import Job, Status
from procrastinate.tasks import Task

from annotations.agreement.selection import Selection
from annotations.finding import suggesting
from annotations.models import Intake, Release, Study
from annotations.revisions import carries
from sources import harvesting, indexing
from sources.courtesy import NotYet, pause_for
from sources.fetching import FetchRefused, origin_of
from sources.models import (
    Article,
    Harvest,
    HarvestedPage,
    Refetch,
    Revision,
    Site,
    Story,
    Way,
)
from sources.refetching import due, put_off, refetch

PATIENCE = 15.0  # seconds that a job sleeps until its turn; for longer it goes back to the queue
LISTING_PATIENCE = 60.0  # between the sitemaps of one index, which are read by one job
LONGEST_WAIT = timedelta(minutes=10)  # that it waits there, and those of its site behind it
MOST_DUE = 500  # articles in one round; what is left comes in the next
MOST_TRIES = 5
KEEP_FAILED_HOURS = 30 * 24
SILENT_AFTER = 30  # seconds without a sign of life, which a worker gives every ten


class Later(BaseRetryStrategy):
    """Try again when a site allows it; after an error of ours in 1, 4, 16 and 64 minutes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to try again, or None to give up."""
        if isinstance(exception, NotYet):
            return RetryDecision(retry_at=exception.at)
        if job.attempts + 1 >= MOST_TRIES:
            return None
        # A job that waits for its time holds up those behind it with the same lock: a site's
        # other articles have nothing to do with our error.
        return RetryDecision(retry_in={"minutes": 4**job.attempts}, lock=f"retry {job.id}")


@app.task(name="carry", retry=Later())
def carry(revision_id: int) -> None:
    """Carry the spans of older revisions of its article to a revision."""
    revision = Revision.objects.filter(pk=revision_id).select_related("article").first()
    if revision:  # an administrator may have deleted it meanwhile
        carries.carry_to(revision, seconds=60)


@app.task(name="suggest", retry=Later())
def suggest(study_id: int, story_id: int) -> None:
    """Look for the sentences that may report the facts of a story."""
    study = Study.objects.filter(pk=study_id).first()
    story = Story.objects.filter(pk=story_id).first()
    if study and story:  # an administrator may have deleted them meanwhile
        suggesting.suggest(study, story)


@app.task(name="propose", retry=Later())
def propose(study_id: int, story_id: int) -> None:
    """Propose facts of a story."""
    # `annotations.finding.proposals` asks here what waits: imported when both are there.
    from annotations.finding import proposing

    study = Study.objects.filter(pk=study_id).first()
    story = Story.objects.filter(pk=story_id).first()
    if study and story:  # an administrator may have deleted them meanwhile
        proposing.propose(study, story)


@app.task(name="agree", retry=Later())
def agree(study_id: int, selection: str) -> None:
    """Compute the agreement of a selection of a study's tags; "" is the whole."""
    # `annotations.measuring.agreement_runs` asks here what waits: imported when both are there.
    from annotations.measuring import agreeing

    study = Study.objects.filter(pk=study_id).first()
    if study:  # an administrator may have deleted it meanwhile
        agreeing.agree(study, Selection.of(selection), gamma=True)


@app.task(name="compute_drift", retry=Later())
def compute_drift(run_id: int) -> None:
    """Compute the drift of a large study."""
    # `annotations.measuring.drift_runs` asks here what waits: imported when both are there.
    from annotations.measuring import drift_runs

    drift_runs.carry_out(run_id)


@app.task(name="make_release", pass_context=True)
def make_release(context: Any, release_id: int) -> None:
    """Make a release; not for ever anew if its workers are stopped each time."""
    # `annotations.export.releases` asks here what waits: imported when both are there.
    from annotations.export import releasing

    release = Release.objects.filter(pk=release_id).select_related("study").first()
    if release is None:  # its owner may have deleted it meanwhile
        return
    if context.job.attempts >= releasing.MOST_STARTS:
        releasing.fail(release, releasing.STOPPED)
    else:
        releasing.make_release(release)


@app.task(name="import_annotations", retry=Later())
def import_annotations(intake_id: str) -> None:
    """Import an uploaded file of annotations."""
    # `annotations.intake.intakes` defers this: imported when both are there.
    from annotations.intake import intakes

    found = Intake.objects.select_related("study__codebook", "made_by").filter(pk=intake_id)
    if intake := found.first():  # an administrator may have deleted it meanwhile
        intakes.carry_out(intake)


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


@app.periodic(cron="*/10 * * * *")
@app.task(name="carry_missing", queueing_lock="carry_missing")
def carry_missing(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate's
    """Defer what should have been carried long ago, as when a web process was killed."""
    for revision in carries.carries_missing():
        carry_later(revision.pk)


@app.periodic(cron="*/5 * * * *")
@app.task(name="renew_agreement", queueing_lock="renew_agreement")
def renew_agreement(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate's
    """Defer the agreement of each study whose tags changed since it was computed."""
    from annotations.measuring import agreeing

    agreeing.renew()


@app.periodic(cron="* * * * *")
@app.task(name="index_texts", queueing_lock="index_texts")
def index_texts(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate's
    """Index the texts that came since the last time; what is left comes in the next minute."""
    indexing.index_texts(seconds=50)


@app.periodic(cron="* * * * *")
@app.task(name="take_up_stalled", queueing_lock="take_up_stalled", pass_context=True)
async def take_up_stalled(context: Any, timestamp: int) -> None:  # noqa: ARG001 - Procrastinate's
    """Put the jobs of workers that gave no sign of life back into the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_AFTER):
        if job.queueing_lock:
            # A periodic one: the next may wait already, and of these only one may.
            await manager.finish_job(job, Status.ABORTED, delete_job=True)
        else:
            await manager.retry_job(job)


@app.periodic(cron="17 4 * * *")
@app.task(name="forget_old_jobs", queueing_lock="forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: Any, timestamp: int) -> None:  # noqa: ARG001 - Procrastinate's
    """Delete the jobs that failed for good a month ago."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_HOURS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


def carry_later(revision_id: int) -> None:
    """Have a worker carry spans to a revision; once, however often this is asked."""
    if revision_id not in _waiting("carry", "revision_id", ("todo",)):
        carry.defer(revision_id=revision_id)


def suggest_later(study_id: int, story_id: int) -> None:
    """Have a worker look for sentences; once, however often this is asked."""
    if not is_queued("suggest", ("todo",), study_id=study_id, story_id=story_id):
        suggest.defer(study_id=study_id, story_id=story_id)


def propose_later(study_id: int, story_id: int) -> None:
    """Have a worker propose facts; once, however often this is asked."""
    if not is_queued("propose", study_id=study_id, story_id=story_id):
        propose.defer(study_id=study_id, story_id=story_id)


def agree_later(study_id: int, selection: str) -> None:
    """Have a worker compute an agreement; once, however often this is asked."""
    if not is_queued("agree", study_id=study_id, selection=selection):
        agree.defer(study_id=study_id, selection=selection)


def drift_later(run_id: int) -> None:
    """Have a worker compute a drift; once, however often this is asked."""
    if not is_queued("compute_drift", run_id=run_id):
        compute_drift.defer(run_id=run_id)


def release_later(release_id: int) -> None:
    """Have a worker make a release."""
    make_release.defer(release_id=release_id)


def releases_queued() -> dict[int, bool]:
    """Return the ids of the releases that workers make or are to make, and whether they began."""
    jobs = ProcrastinateJob.objects.filter(task_name="make_release", status__in=("todo", "doing"))
    return {
        args["release_id"]: status == "doing" for args, status in jobs.values_list("args", "status")
    }


def import_later(intake_id: uuid.UUID) -> None:
    """Have a worker import a file of annotations; once, however often this is asked."""
    if not is_queued("import_annotations", intake_id=str(intake_id)):
        import_annotations.defer(intake_id=str(intake_id))


def is_queued(
    task: str, statuses: tuple[str, ...] = ("todo", "doing"), **arguments: int | str
) -> bool:
    """Return whether a job of those arguments is under way or waits for a worker."""
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=statuses)
    return jobs.filter(args__contains=arguments).exists()


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


def workers_alive() -> int:
    """Return how many workers have lately given a sign of life."""
    lately = timezone.now() - timedelta(seconds=SILENT_AFTER)
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=lately).count()


def waiting_articles() -> set[int]:
    """Return the ids of the articles whose fetch is under way or waits for a worker."""
    return _waiting("refetch_article", "article_id", ("todo", "doing"))


def waiting_pages() -> set[int]:
    """Return the ids of the harvested pages that are being fetched or wait for a worker."""
    return _waiting("fetch_page", "page_id", ("todo", "doing"))


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


def _waiting(task: str, argument: str, statuses: tuple[str, ...]) -> set[int]:
    """Return what waits in the queue by an argument of its jobs.

    A job may be deferred twice in a race, and then finds its work done. Procrastinate's own
    queueing locks cannot say this: they make a job that is to be retried fail for ever where
    another has come to wait in its place.
    """
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=statuses)
    return set(jobs.values_list(f"args__{argument}", flat=True))


def _origin(url: str) -> str:
    """Return the site of an address; "" for one that the fetch itself will refuse."""
    try:
        return origin_of(url)
    except FetchRefused:
        return ""
