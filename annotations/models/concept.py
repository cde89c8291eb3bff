"""Concepts, and the names that outlets give them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models.study import Study
from sources.models import Revision


class Concept(models.Model):
    """What is spoken of, whatever it is called: an actor, an event, an action.

    After the concepts of NewsWCL50 (Hamborg et al. 2019).
    """

    class Kind(models.TextChoices):
        ACTOR = "actor"
        EVENT = "event"
        ACTION = "action"
        OTHER = "other"

    study = models.ForeignKey(
        Study, on_delete=models.PROTECT, related_name="concepts", db_index=False
    )
    name = models.CharField(max_length=200, help_text="neutral, such as “the office”")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.OTHER)
    note = models.TextField(max_length=10_000, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="concept_once_per_study"),
            models.CheckConstraint(condition=~Q(name=""), name="concept_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ConceptName(models.Model):
    """A wording that outlets use for the concept; it counts wherever it stands."""

    concept = models.ForeignKey(
        Concept, on_delete=models.CASCADE, related_name="names", db_index=False
    )
    wording = models.CharField(max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["concept_id", "wording"]
        constraints = [
            models.UniqueConstraint(fields=["concept", "wording"], name="concept_name_once"),
            models.CheckConstraint(condition=~Q(wording=""), name="concept_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.wording


class ConceptExclusion(models.Model):
    """A place where the wording stands and means something else; it is not counted."""

    name = models.ForeignKey(
        ConceptName, on_delete=models.CASCADE, related_name="exclusions", db_index=False
    )
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    excluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    excluded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name_id", "revision_id", "start"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "revision", "start", "end"], name="concept_exclusion_once"
            ),
            models.CheckConstraint(
                condition=Q(start__lt=F("end")), name="concept_exclusion_start_before_end"
            ),
        ]

    def __str__(self) -> str:
        return f"not [{self.start}, {self.end}) of {self.revision_id}"
