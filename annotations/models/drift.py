"""Drift as a worker computed it: what the page of a large study draws."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from annotations.models.study import Study


class DriftRun(models.Model):
    """One computation; its figures stay until the next without the same stories replaces them.

    `closed` are the stories that are closed to whoever asked, and left out; `left_out` is a digest
    of them, "" for none. `basis` is the digest of all that was computed from.
    """

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="drift_runs", db_index=False
    )
    left_out = models.CharField(max_length=64, blank=True)
    closed = ArrayField(models.BigIntegerField(), default=list, blank=True)
    basis = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    said = models.CharField(max_length=500, blank=True, help_text="what went wrong")
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["study_id", "left_out"]
        constraints = [models.UniqueConstraint(fields=["study", "left_out"], name="drift_run_once")]

    def __str__(self) -> str:
        return f"{self.study} {self.left_out}".rstrip()
