"""Addresses to fetch for a story, by a feed, a sitemap or a list."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from sources.models.article import Story


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
