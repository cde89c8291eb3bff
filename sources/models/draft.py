"""Texts on their way in, and what became of their lines."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from sources.models.article import Article, Original, Revision, Story, Way


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
