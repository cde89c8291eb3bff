"""Articles that are fetched again, and the sites that are asked."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from sources.models.article import Article, Story


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
