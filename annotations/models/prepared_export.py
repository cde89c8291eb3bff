"""A file of a study's annotations that takes too long for a download, made by a worker."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from annotations.models.study import Study
from sources.models import Story


class PreparedExport(models.Model):
    """One making of a file for the person who asked; it is in its chunks once `finished_at` is set.

    `story`, `status` and `layer` are what was chosen on the export page; None and "" are all. What
    is in the file is what that person saw when it was begun: `told` are the stories of which it
    tells what others tagged and how they were ruled, `gold_in` those of whose gold layer it speaks.
    `basis` is a digest of what it was made from.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="prepared_exports")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    format = models.CharField(max_length=20)
    story = models.ForeignKey(
        Story, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    status = models.CharField(max_length=8, blank=True)
    layer = models.CharField(max_length=150, blank=True, help_text="whose tags alone: a username")
    told = ArrayField(models.BigIntegerField(), default=list, blank=True)
    gold_in = ArrayField(models.BigIntegerField(), default=list, blank=True)
    basis = models.CharField(max_length=64, blank=True)
    done = models.PositiveIntegerField(default=0, help_text="tags that are written")
    total = models.PositiveIntegerField(default=0, help_text="tags to write")
    said = models.CharField(max_length=500, blank=True, help_text="what is under way or went wrong")
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.study} {self.format} {self.pk}"


class PreparedChunk(models.Model):
    """A piece of a prepared file. It lies here so that any worker and any server reaches it."""

    prepared = models.ForeignKey(
        PreparedExport, on_delete=models.CASCADE, related_name="chunks", db_index=False
    )
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["prepared_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["prepared", "number"], name="prepared_chunk_once")
        ]

    def __str__(self) -> str:
        return f"{self.prepared_id}: {self.number}"
