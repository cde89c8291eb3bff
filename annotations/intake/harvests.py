"""What the page of a harvest shows: how far it is, and the pages that are still to be chosen."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from annotations.tasks import is_queued, waiting_pages, workers_alive
from sources.models import Draft, Harvest, HarvestedPage, Story

MOST_FAILED = 50  # that are named with their reasons
State = HarvestedPage.State


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a harvest is. What is `lost` waits for a job that is not there any more."""

    is_listing: bool  # a worker reads its list, or will
    is_lost: bool  # it is not listed, and no job will do that
    waiting: int
    drafted: int
    lost: int
    failed: list[HarvestedPage]
    failed_count: int
    drafts: int  # that are still to be looked through
    has_worker: bool

    @property
    def is_busy(self) -> bool:
        """Whether what is shown is about to change."""
        return self.is_listing or self.waiting > 0

    @property
    def chosen(self) -> int:
        """How many pages were to be fetched."""
        return self.waiting + self.lost + self.drafted + self.failed_count

    @property
    def done(self) -> int:
        return self.drafted + self.failed_count

    @property
    def again(self) -> int:
        """How many pages can be tried again."""
        return self.failed_count + self.lost


@dataclass(frozen=True, slots=True)
class Filters:
    """Words of the title or the address, and days in UTC, the last one included."""

    q: str = ""
    since: date | None = None
    until: date | None = None


def progress_of(harvest: Harvest) -> Progress:
    """Return how far the harvest is. At most six queries."""
    pages = harvest.pages
    counted = dict(
        pages.order_by()
        .values_list("state")
        .annotate(Count("pk"))
        .values_list("state", "pk__count")
    )
    marked = set(pages.filter(state=State.WAITING).values_list("pk", flat=True))
    waiting = len(marked & waiting_pages()) if marked else 0
    is_listed = harvest.listed_at is not None
    is_listing = not is_listed and is_queued("list_harvest", harvest_id=str(harvest.pk))
    return Progress(
        is_listing=is_listing,
        is_lost=not is_listed and not is_listing,
        waiting=waiting,
        drafted=counted.get(State.DRAFTED, 0),
        lost=len(marked) - waiting,
        failed=list(pages.filter(state=State.FAILED)[:MOST_FAILED]),
        failed_count=counted.get(State.FAILED, 0),
        drafts=Draft.objects.filter(batch=harvest.pk).count(),
        has_worker=workers_alive() > 0,
    )


def pages_to_choose(harvest: Harvest, filters: Filters) -> QuerySet[HarvestedPage]:
    """Return the pages that were not chosen yet, and those that the story has, as listed.

    With a day those without a date are left out: nobody knows whether they are of then.
    """
    pages = harvest.pages.filter(state__in=[State.LISTED, State.KNOWN])
    for word in filters.q.split():
        pages = pages.filter(Q(title__icontains=word) | Q(url__icontains=word))
    if filters.since:
        pages = pages.filter(published_at__gte=_midnight(filters.since))
    if filters.until:
        pages = pages.filter(published_at__lt=_midnight(filters.until) + timedelta(days=1))
    return pages


def harvests_of(story: Story, person: User) -> QuerySet[Harvest]:
    """Return the harvests that a person began for a story, with their `page_count`."""
    harvests = Harvest.objects.filter(story=story, started_by=person)
    return harvests.annotate(page_count=Count("pages"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())
