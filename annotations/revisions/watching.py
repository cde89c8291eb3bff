"""What the story page says of its watch: how each article fared, and whether anybody works."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from annotations.models import Role
from annotations.tasks import waiting_articles, workers_alive
from sources.models import Article, Draft, Refetch, Story, Watch
from sources.refetching import is_paused

MOST_ROWS = 100  # the page of articles above has as many


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One article with an address; `held` is the draft that waits for a person."""

    article: Article
    refetch: Refetch | None
    is_waiting: bool
    is_paused: bool
    held: Draft | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class WatchCard:
    """`watch` is None while there is none; one that has run out `is_over`."""

    watch: Watch | None
    last_day: date | None
    is_over: bool
    rows: list[WatchRow]
    more: int  # articles with an address beyond MOST_ROWS
    has_worker: bool
    may_change: bool

    @property
    def is_on(self) -> bool:
        """Whether articles are fetched by themselves."""
        return self.watch is not None and not self.is_over

    @property
    def terms(self) -> dict[str, object]:
        """Return what the form that changes the watch begins with."""
        if self.watch is None or self.is_over:
            return {}
        return {"every_hours": self.watch.every_hours, "until": self.last_day}

    @property
    def is_busy(self) -> bool:
        """Whether what the card shows is about to change."""
        return any(row.is_waiting for row in self.rows)


def watch_card(story: Story, role: Role) -> WatchCard:
    """Return the card for who has `role` in a study of the story. Six queries."""
    now = timezone.now()
    watch = Watch.objects.select_related("started_by").filter(story=story).first()
    until = watch.until if watch else None
    fetched = story.articles.exclude(url="").select_related("outlet", "refetch")
    held = Draft.objects.filter(article__story=story).exclude(held_because="")
    drafts = {draft.article_id: draft for draft in held.defer("text")}
    waiting = waiting_articles()
    is_over = until is not None and until <= now
    return WatchCard(
        watch=watch,
        last_day=(until - timedelta(seconds=1)).date() if until else None,
        is_over=is_over,
        rows=[
            _row(article, article.pk in waiting, drafts.get(article.pk))
            for article in fetched[:MOST_ROWS]
        ],
        more=max(fetched.count() - MOST_ROWS, 0),
        has_worker=workers_alive() > 0,
        may_change=role >= Role.MODERATOR,
    )


def _row(article: Article, is_waiting: bool, held: Draft | None) -> WatchRow:
    refetch = getattr(article, "refetch", None)
    return WatchRow(
        article=article,
        refetch=refetch if refetch and (refetch.fetched_at or refetch.said) else None,
        is_waiting=is_waiting,
        is_paused=bool(refetch and is_paused(refetch)),
        held=held,
        next_at=refetch.due_at if refetch else None,
    )
