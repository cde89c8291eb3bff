"""Speakers, under all the spellings that outlets and reviewers give them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.study import Study


class Speaker(models.Model):
    """Somebody whose words outlets report: a person, a ministry, a spokesperson."""

    study = models.ForeignKey(
        Study, on_delete=models.PROTECT, related_name="speakers", db_index=False
    )
    name = models.CharField(max_length=200)
    note = models.TextField(max_length=10_000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="speaker_once_per_study"),
            models.CheckConstraint(condition=~Q(name=""), name="speaker_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SpeakerSpelling(models.Model):
    """A way to write a speaker, as it stands in tags, reports and texts. One speaker has it."""

    study = models.ForeignKey(
        Study, on_delete=models.PROTECT, related_name="speaker_spellings", db_index=False
    )
    speaker = models.ForeignKey(Speaker, on_delete=models.CASCADE, related_name="spellings")
    spelling = models.CharField(max_length=200)

    class Meta:
        ordering = ["speaker_id", "spelling"]
        constraints = [
            models.UniqueConstraint(fields=["study", "spelling"], name="speaker_spelling_once"),
            models.CheckConstraint(condition=~Q(spelling=""), name="speaker_spelling_not_empty"),
        ]

    def __str__(self) -> str:
        return self.spelling
