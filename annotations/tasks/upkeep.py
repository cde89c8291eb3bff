"""Jobs that come by the clock: what was left undone, what is out of date, what nobody needs."""

from typing import Any

from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from annotations.revisions import carries
from annotations.tasks.making import carry_later
from annotations.tasks.queueing import SILENT_AFTER
from sources import indexing

KEEP_FAILED_HOURS = 30 * 24


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


@app.periodic(cron="23 * * * *")
@app.task(name="forget_old_exports", queueing_lock="forget_old_exports")
def forget_old_exports(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate's
    """Remove the files of annotations that were prepared so long ago that nobody comes for them."""
    # `annotations.export.prepared` asks here what waits: imported when both are there.
    from annotations.export import preparing

    preparing.forget_outdated()
