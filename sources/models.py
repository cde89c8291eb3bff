"""What was published: outlets, stories, articles and their revisions.

Nothing here knows of annotations. A revision's text never changes; that is
what lets a span point into it by number.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

MEDIA_TYPES = {
    "text/plain": "text",
    "text/html": "HTML",
    "text/csv": "CSV",
    "application/jsonl": "JSON lines",
}


class Way(models.TextChoices):
    """How a text came to us."""

    PASTE = "paste", "pasted"
    UPLOAD = "upload", "uploaded"
    URL = "url", "fetched from its address"
    COMMAND = "command", "imported by a command"
    WATCH = "watch", "found by a watch"
    FEED = "feed", "listed by a feed or a sitemap"
    CLIP = "clip", "sent from the browser"


class Outlet(models.Model):
    """Who published."""

    name = models.CharField(max_length=200, unique=True)
    domain = models.CharField(max_length=253, blank=True)
    country = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=35, blank=True, help_text="BCP 47, such as en or pt-BR")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Story(models.Model):
    """One event; groups the articles that report it. They may have several dates."""

    title = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "stories"

    def __str__(self) -> str:
        return self.title


class Article(models.Model):
    """One outlet's piece in a story."""

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="articles")
    outlet = models.ForeignKey(Outlet, on_delete=models.PROTECT, related_name="articles")
    headline = models.CharField(max_length=500)
    url = models.URLField(max_length=2000, blank=True)
    byline = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="UTC; midnight stands for a date without a time"
    )
    language = models.CharField(max_length=35, blank=True, help_text="BCP 47, such as en or pt-BR")
    external_id = models.CharField(
        max_length=200, blank=True, help_text="what another tool or a corpus calls it"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["published_at", "pk"]
        indexes = [
            models.Index(
                fields=["external_id"],
                condition=~models.Q(external_id=""),
                name="article_external_id",
            ),
            models.Index(fields=["url"], condition=~models.Q(url=""), name="article_url"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["story", "url"],
                condition=~models.Q(url=""),
                name="article_url_once_per_story",
            )
        ]

    def __str__(self) -> str:
        return f"{self.headline} ({self.outlet})"


class Original(models.Model):
    """The bytes that were pasted, uploaded or fetched, kept as they came.

    One CSV of many articles is one original.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    data = models.BinaryField()
    filename = models.CharField(max_length=255, blank=True)
    media_type = models.CharField(max_length=100, choices=MEDIA_TYPES)
    charset = models.CharField(max_length=40)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.filename or self.sha256[:12]

    @property
    def holds_many(self) -> bool:
        """Whether its rows are articles each; any other file is one article."""
        return self.media_type in {"text/csv", "application/jsonl"}


class Revision(models.Model):
    """One immutable text of an article, as it stood at a time.

    `text` is NFC, its lines end in `\\n`, and it holds no NUL. All offsets
    into it are Unicode code points. An outlet may put an earlier text back:
    then two revisions of an article, not next to each other, have one text.
    `headline` is the one of that time; the article's own is the newest one's.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(default=1)
    headline = models.CharField(max_length=500)
    text = models.TextField()
    sha256 = models.CharField(max_length=64, help_text="of the text in UTF-8")
    word_count = models.PositiveIntegerField()
    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="revisions")
    way = models.CharField(
        max_length=7, choices=Way, blank=True, help_text="empty: from before this was noted"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["article_id", "-number"]
        indexes = [models.Index(fields=["sha256"], name="revision_sha256")]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=~models.Q(text=""), name="revision_text_not_empty"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="revision_number_from_1"
            ),
            models.CheckConstraint(
                condition=models.Q(way__in=["", *Way.values]), name="revision_way_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article} r{self.number}"


class IndexedPassage(models.Model):
    """A passage of the newest revision of an article, under the words by which it is found.

    `keys` are those of `sources.terms`. `story` is the article's, kept here so that a search in
    a few stories asks for no others.
    """

    revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, related_name="indexed_passages", db_index=False
    )
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    keys = ArrayField(models.IntegerField())

    class Meta:
        ordering = ["revision_id", "start"]
        indexes = [GinIndex(fields=["keys"], name="indexed_passage_keys")]
        constraints = [
            models.UniqueConstraint(fields=["revision", "start"], name="indexed_passage_once")
        ]

    def __str__(self) -> str:
        return f"[{self.start}, {self.end}) of {self.revision_id}"


class TextToIndex(models.Model):
    """A revision whose article waits to be indexed. A trigger adds one for every new revision.

    No import pays for more than that, and whatever stores a revision, none is forgotten. A row
    may outlive its revision.
    """

    revision = models.OneToOneField(
        Revision,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        verbose_name_plural = "texts to index"

    def __str__(self) -> str:
        return str(self.revision_id)


class Verdict(models.TextChoices):
    """What cleaning proposes for a line."""

    KEEP = "keep"
    FLAG = "flag"
    DROP = "drop"


class CleanedLine(models.Model):
    """A line of an original that cleaning spoke about or a person ruled on.

    Lines that nobody and nothing objected to have no row: they are in the text.
    """

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="cleaned_lines")
    number = models.PositiveIntegerField(help_text="line of the decoded original, from 0")
    text = models.TextField()
    verdict = models.CharField(max_length=4, choices=Verdict)
    reason = models.CharField(max_length=200, blank=True)
    dropped = models.BooleanField(help_text="whether the line was left out of the text")

    class Meta:
        ordering = ["revision_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "number"], name="cleaned_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.verdict} line {self.number}"


class Draft(models.Model):
    """A text on its way in: decoded, with proposals, waiting for a person to confirm.

    Drafts of one upload share a `batch`. Confirming or discarding deletes the row.
    With `article` it is a new text of that article; `held_because` says why it
    could not become a revision without a person, as when most of the text is gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.UUIDField(db_index=True)
    position = models.PositiveIntegerField(default=0)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="drafts")
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts"
    )
    way = models.CharField(max_length=7, choices=Way, default=Way.UPLOAD)
    held_because = models.TextField(blank=True)
    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="drafts")
    text = models.TextField(help_text="the whole decoded text, before lines are dropped")
    outlet_name = models.CharField(max_length=200, blank=True)
    headline = models.CharField(max_length=500, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    byline = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=35, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="empty: a watch or a command brought it, and anyone of the study may confirm",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["batch", "position"]

    def __str__(self) -> str:
        return self.headline or "untitled draft"


class Harvest(models.Model):
    """A list of addresses to fetch for a story: of a feed, a sitemap, or typed by a person.

    First its pages are listed, then those that somebody chose are fetched by a worker, and become
    drafts of one batch, which is the harvest's id.
    """

    class Kind(models.TextChoices):
        FEED = "feed", "RSS or Atom"
        SITEMAP = "sitemap"
        LIST = "list", "list of addresses"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="harvests")
    kind = models.CharField(max_length=7, choices=Kind)
    url = models.URLField(max_length=2000, blank=True, help_text="of the feed or the sitemap")
    said = models.CharField(max_length=500, blank=True, help_text="what went wrong")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    listed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["feed", "sitemap", "list"]),
                name="harvest_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.url or f"{self.kind} of {self.created_at}"


class HarvestedPage(models.Model):
    """An address of a harvest, and what became of it."""

    class State(models.TextChoices):
        LISTED = "listed"
        WAITING = "waiting", "waits for a worker"
        DRAFTED = "drafted"
        KNOWN = "known", "is in the story already"
        FAILED = "failed"

    harvest = models.ForeignKey(
        Harvest, on_delete=models.CASCADE, related_name="pages", db_index=False
    )
    position = models.PositiveIntegerField()
    url = models.URLField(max_length=2000)
    title = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.LISTED)
    said = models.CharField(max_length=500, blank=True, help_text="why it failed")

    class Meta:
        ordering = ["harvest_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["harvest", "position"], name="harvested_page_once"),
            models.UniqueConstraint(fields=["harvest", "url"], name="harvested_url_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["listed", "waiting", "drafted", "known", "failed"]),
                name="harvested_page_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url


class Watch(models.Model):
    """A wish to have the articles of a story fetched again, on a schedule."""

    story = models.OneToOneField(Story, on_delete=models.CASCADE, related_name="watch")
    every_hours = models.PositiveIntegerField(default=24)
    until = models.DateTimeField(null=True, blank=True, help_text="empty: until it is stopped")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every_hours__gte=1), name="watch_at_most_hourly"
            )
        ]

    def __str__(self) -> str:
        return f"{self.story}, every {self.every_hours} hours"


class Refetch(models.Model):
    """How the last fetch of an article's address went, and when the next is due."""

    class Outcome(models.TextChoices):
        UNCHANGED = "unchanged"
        REVISED = "revised"
        HELD = "held", "held for a person to confirm"
        FAILED = "failed"

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="refetch")
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    said = models.TextField(blank=True, help_text="what went wrong, or what is held and why")
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    url = models.URLField(
        max_length=2000, blank=True, help_text="whose etag and last_modified these are"
    )
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    held_sha256 = models.CharField(
        max_length=64, blank=True, help_text="of the page's text that was last held"
    )
    fetched_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name_plural = "refetches"

    def __str__(self) -> str:
        return f"{self.article_id}: {self.outcome or 'not fetched yet'}"


class Site(models.Model):
    """A web server that refetches ask: its robots.txt, and when it may be asked next."""

    origin = models.CharField(max_length=300, unique=True, help_text="https://times.example")
    robots = models.TextField(blank=True, help_text="its robots.txt; empty: everything is allowed")
    robots_at = models.DateTimeField(null=True, blank=True)
    free_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.origin
