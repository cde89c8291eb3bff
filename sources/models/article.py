"""What was published: outlets, stories, articles and their revisions.

A revision's text never changes; that is what lets a span point into it by number.
"""

from django.conf import settings
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
