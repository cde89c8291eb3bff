"""Annotations on their way in: an uploaded file, what is decided of it, what became of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.study import Study


class Intake(models.Model):
    """A file of annotations that a person uploaded, to be looked at and then imported.

    `decisions` say what the file's codes, annotators and articles stand for. `found` is what the
    dry run would do, or what the import did: numbers by what they count. `id` is the batch of the
    steps that it makes, by which they can be undone as one.
    """

    class State(models.TextChoices):
        LOOKED_AT = "looked at"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="intakes")
    filename = models.CharField(max_length=255)
    format = models.CharField(max_length=20)
    data = models.BinaryField()
    decisions = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    rejects = models.TextField(blank=True, help_text="CSV of what was not imported, and why")
    state = models.CharField(max_length=9, choices=State, default=State.LOOKED_AT)
    done = models.PositiveIntegerField(default=0, help_text="records that were read")
    total = models.PositiveIntegerField(default=0)
    said = models.CharField(max_length=500, blank=True, help_text="what is under way or went wrong")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="intakes"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["looked at", "running", "done", "failed", "undone"],
                ),
                name="intake_state_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.filename
