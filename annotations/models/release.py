"""A dataset release: a study as one file to publish, made by a worker."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from annotations.models.study import Study


class Release(models.Model):
    """One making of a release; the file is in its chunks once `finished_at` is set.

    What is in the file depends on the study's data alone, so two releases of the same data have
    the same `sha256`.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="releases")
    with_texts = models.BooleanField(help_text="whether the articles' texts are in it")
    pseudonyms = models.BooleanField(
        default=True, help_text="whether coder-1, coder-2 … stand for the names of people"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    done = models.PositiveIntegerField(default=0, help_text="rows that are written")
    total = models.PositiveIntegerField(default=0, help_text="rows to write; 0: not counted yet")
    said = models.CharField(max_length=500, blank=True, help_text="what is under way or went wrong")
    counts = models.JSONField(default=dict, help_text="rows of each file in it, by its name")
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the whole file")
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.study} {self.pk}"


class ReleaseChunk(models.Model):
    """A piece of a release's file. It lies here so that any worker and any server reaches it."""

    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, related_name="chunks", db_index=False
    )
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["release_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="release_chunk_once")
        ]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.number}"
