"""Fetch articles from their addresses again: once, or on a schedule as long as a watch lasts."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.utils import timezone

from sources.courtesy import LONGEST_REST, NotYet, await_turn, check_redirect, leave_alone
from sources.details import proposed_details
from sources.fetching import (
    Fetched,
    FetchFailed,
    FetchProblem,
    NotModified,
    Validators,
    fetch_if_changed,
)
from sources.models import Article, Original, Refetch, Story, Watch, Way
from sources.originals import keep_original
from sources.reading import UnreadableUpload, read_page
from sources.refusals import ImportRefused
from sources.revising import Doubtful, add_revision, hold

# After each failure in a row; after one more the watch leaves the article alone.
BACK_OFF = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=3))
PAUSED_AFTER = len(BACK_OFF) + 1
GONE = {404, 410}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a fetch found. `held_sha256` is of the text that is or was held, or ""."""

    outcome: Refetch.Outcome
    said: str = ""
    validators: Validators | None = None  # None: those that we have still hold
    held_sha256: str = ""


def start_watch(
    story: Story, *, every_hours: int, until: datetime | None, started_by: User | None
) -> Watch:
    """Have the articles of `story` fetched every `every_hours`, from now on.

    A watch that is on takes over the new terms. What was paused after failures is tried again.
    """
    with transaction.atomic():
        watch, _ = Watch.objects.update_or_create(
            story=story,
            defaults={"every_hours": every_hours, "until": until, "started_by": started_by},
        )
        articles = story.articles.exclude(url="")
        Refetch.objects.bulk_create(
            [Refetch(article=article) for article in articles.filter(refetch=None)],
            ignore_conflicts=True,
        )
        Refetch.objects.filter(article__in=articles).update(due_at=timezone.now(), failures=0)
    return watch


@transaction.atomic
def stop_watch(story: Story) -> None:
    """End the watch of `story`; what it found stays. To stop what is stopped changes nothing."""
    Watch.objects.filter(story=story).delete()
    Refetch.objects.filter(article__story=story).update(due_at=None)


def due(now: datetime) -> QuerySet[Article]:
    """Return the articles of watched stories whose time has come, the longest waiting first.

    An article that was added to a watched story is due when it has been there for as long as the
    watch waits between two fetches.
    """
    watched = Q(story__watch__until=None) | Q(story__watch__until__gt=now)
    hours = ExpressionWrapper(
        Value(timedelta(hours=1)) * F("story__watch__every_hours"), output_field=DurationField()
    )
    added = Q(refetch=None, created_at__lte=now - hours)
    return (
        Article.objects.exclude(url="")
        .filter(watched, added | Q(refetch__due_at__lte=now), story__watch__isnull=False)
        .order_by(F("refetch__due_at").asc(nulls_last=True), "pk")
    )


def refetch(
    article: Article,
    *,
    made_by: User | None = None,
    way: Way = Way.URL,
    patience: float = 60.0,
) -> Refetch:
    """Fetch an article from its address, and say in its row what came of it.

    A changed text becomes a revision, one that is doubtful is held for a person, the same text
    only leaves the time. A fault of the site is never raised: the row has it, with the number of
    failures in a row, and the next time comes later. Raises courtesy.NotYet if the site wants to
    be left alone for more than `patience` seconds; then nothing is noted.
    """
    row, _ = Refetch.objects.get_or_create(article=article)
    # Now, so that an error of ours does not make it due again at once, for ever.
    row.due_at = _regularly(article, timezone.now())
    row.save(update_fields=["due_at"])
    try:
        page = _asked(article, row, patience)
        if isinstance(page, NotModified):
            seen = _as_before(article, row)
        else:
            seen = _compared(article, row, page, way=way, made_by=made_by)
    except (FetchProblem, UnreadableUpload, ImportRefused) as problem:
        return _failed(article, row, problem)
    return _noted(article, row, seen)


def put_off(article: Article, not_yet: NotYet) -> None:
    """Note that the site of an article wants to be left alone; that is no failure."""
    watched = _regularly(article, timezone.now()) is not None
    Refetch.objects.filter(article=article).update(
        said=str(not_yet), due_at=not_yet.at if watched else None
    )


def is_paused(row: Refetch) -> bool:
    """Tell whether a watch has given the article up for now."""
    return row.due_at is None and row.failures >= PAUSED_AFTER


def _regularly(article: Article, now: datetime) -> datetime | None:
    """Return when a watch wants the article next, or None if none does."""
    watch = Watch.objects.filter(story=article.story_id).first()
    if watch is None or (watch.until and watch.until <= now):
        return None
    return now + timedelta(hours=watch.every_hours)


def _asked(article: Article, row: Refetch, patience: float) -> Fetched | NotModified:
    """Return the page of an article. Raises FetchProblem, and NotYet."""
    await_turn(article.url, patience=patience)
    # Another page may be older than this one: to ask if it is newer would never bring it.
    ours = row.url == article.url
    known = Validators(row.etag, row.last_modified) if ours else Validators()
    page = fetch_if_changed(article.url, known)
    if isinstance(page, Fetched):
        check_redirect(page.url, asked=article.url, patience=patience)
    return page


def _as_before(article: Article, row: Refetch) -> Seen:
    """Return what an unchanged page says: what was held is held still while its draft waits."""
    if row.outcome == Refetch.Outcome.HELD and article.drafts.exclude(held_because="").exists():
        return Seen(Refetch.Outcome.HELD, row.said, held_sha256=row.held_sha256)
    return Seen(Refetch.Outcome.UNCHANGED, held_sha256=row.held_sha256)


def _compared(
    article: Article, row: Refetch, page: Fetched, *, way: Way, made_by: User | None
) -> Seen:
    """Store what is new in a page. Raises UnreadableUpload and ImportRefused."""
    reading = read_page(page.url, page.data, media_type=page.media_type, charset=page.charset)
    headline = proposed_details(reading).headline
    with transaction.atomic():
        original = keep_original(
            reading.original,
            filename=reading.filename,
            media_type=reading.media_type,
            charset=reading.charset,
            uploaded_by=made_by,
        )
        new = _New(article, original, reading.text, headline, way)
        seen = _stored(new, row, made_by)
        # Pages differ at each visit in what is no text: that would be a copy a day.
        Original.objects.filter(pk=original.pk, drafts=None, revisions=None).delete()
    return replace(seen, validators=page.validators)


@dataclass(frozen=True, slots=True)
class _New:
    article: Article
    original: Original
    text: str
    headline: str
    way: Way


def _stored(new: _New, row: Refetch, made_by: User | None) -> Seen:
    try:
        imported = add_revision(
            new.article,
            original=new.original,
            text=new.text,
            dropped=None,
            headline=new.headline,
            way=new.way,
            made_by=made_by,
            live=True,
        )
    except Doubtful as doubtful:
        return _held(new, row, because=str(doubtful))
    if imported.created:
        return Seen(Refetch.Outcome.REVISED, f"Revision {imported.revision.number} is new.")
    return Seen(Refetch.Outcome.UNCHANGED)


def _held(new: _New, row: Refetch, *, because: str) -> Seen:
    """Hold a doubtful text for anybody of the study, unless a person has discarded it."""
    sha256 = hashlib.sha256(new.text.encode()).hexdigest()
    if row.held_sha256 == sha256 and not new.article.drafts.filter(text=new.text).exists():
        said = "The page still has the doubtful text that was held and then discarded."
        return Seen(Refetch.Outcome.UNCHANGED, said, held_sha256=sha256)
    hold(
        new.article,
        original=new.original,
        text=new.text,
        headline=new.headline,
        way=new.way,
        because=because,
        made_by=None,
    )
    return Seen(Refetch.Outcome.HELD, because, held_sha256=sha256)


def _failed(article: Article, row: Refetch, problem: Exception) -> Refetch:
    """Note a failure, and come back later each time until the watch pauses."""
    now = timezone.now()
    row.outcome, row.said = Refetch.Outcome.FAILED, str(problem)
    row.failures += 1
    row.fetched_at = now
    rest = timedelta()
    if isinstance(problem, FetchFailed):
        if problem.status in GONE:
            row.said = (
                f"Gone from its address: the site answered {problem.status}. "
                "The revisions that are here stay."
            )
        if problem.wait:
            rest = timedelta(seconds=min(problem.wait, LONGEST_REST))
            leave_alone(article.url, problem.wait)
    watched = _regularly(article, now) is not None and row.failures < PAUSED_AFTER
    row.due_at = now + max(BACK_OFF[row.failures - 1], rest) if watched else None
    row.save(update_fields=["outcome", "said", "failures", "fetched_at", "due_at"])
    return row


def _noted(article: Article, row: Refetch, seen: Seen) -> Refetch:
    now = timezone.now()
    row.outcome, row.said, row.held_sha256 = seen.outcome, seen.said, seen.held_sha256
    row.failures, row.fetched_at, row.due_at = 0, now, _regularly(article, now)
    if seen.validators is not None:
        row.url = article.url
        row.etag, row.last_modified = seen.validators.etag, seen.validators.last_modified
    row.save()
    return row
