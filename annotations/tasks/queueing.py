"""The queue: which jobs wait in it, who works it off, and when a job is tried again."""

from datetime import timedelta

from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.jobs import Job

from sources.courtesy import NotYet

MOST_TRIES = 5
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


def is_queued(
    task: str, statuses: tuple[str, ...] = ("todo", "doing"), **arguments: int | str
) -> bool:
    """Return whether a job of those arguments is under way or waits for a worker."""
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=statuses)
    return jobs.filter(args__contains=arguments).exists()


def workers_alive() -> int:
    """Return how many workers have lately given a sign of life."""
    lately = timezone.now() - timedelta(seconds=SILENT_AFTER)
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=lately).count()


def waiting(task: str, argument: str, statuses: tuple[str, ...]) -> set[int]:
    """Return what waits in the queue by an argument of its jobs.

    A job may be deferred twice in a race, and then finds its work done. Procrastinate's own
    queueing locks cannot say this: they make a job that is to be retried fail for ever where
    another has come to wait in its place.
    """
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=statuses)
    return set(jobs.values_list(f"args__{argument}", flat=True))
