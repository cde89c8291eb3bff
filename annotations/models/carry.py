"""Where the spans of older revisions stand in newer ones."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now

from annotations.models.annotation import Span
from annotations.models.study import Study
from annotations.revisions.carrying import Outcome
from sources.models import Revision


class CarryRuling(models.TextChoices):
    """What a person said of a carry; none says that the machine's outcome stands."""

    NONE = "", "not ruled"
    ACCEPTED = "accepted"
    PLACED = "placed", "placed by hand"
    GONE = "gone"


class CarryQuerySet(models.QuerySet):
    def to_review(self):
        """Keep what waits for a person."""
        return self.filter(outcome=Outcome.REVIEW, ruling=CarryRuling.NONE)

    def to_newest(self):
        """Keep what was carried to the newest revision of its article."""
        newer = Revision.objects.filter(
            article=models.OuterRef("revision__article"),
            number__gt=models.OuterRef("revision__number"),
        )
        return self.filter(~models.Exists(newer))


class Carry(models.Model):
    """Where a span of an older revision stands in a newer one, for one study.

    The span never moves; this is data beside it. `outcome`, the proposed place
    and `score` are the machine's and never change. `start`, `end` and `exact`
    say where the span stands: set for what is kept or moved and for what a
    person accepted or placed, empty while that is uncertain or the words are gone.
    """

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="carries")
    span = models.ForeignKey(Span, on_delete=models.PROTECT, related_name="carries")
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="carries", db_index=False
    )
    origin = models.ForeignKey(
        Revision,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="from whose text it was carried: where the span last had a certain place",
    )
    outcome = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Outcome])
    proposed_start = models.PositiveIntegerField(null=True, blank=True)
    proposed_end = models.PositiveIntegerField(null=True, blank=True)
    score = models.FloatField(help_text="0 to 1: how sure the outcome's place is")
    ruling = models.CharField(
        max_length=8, choices=CarryRuling, blank=True, default=CarryRuling.NONE
    )
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    exact = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0, help_text="how often it was ruled")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CarryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "carries"
        ordering = ["revision_id", "span__start", "pk"]
        indexes = [
            models.Index(fields=["revision", "study", "start"], name="carry_on_revision"),
            models.Index(
                fields=["study", "revision"],
                condition=Q(outcome="review", ruling=""),
                name="carry_to_review",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["study", "span", "revision"], name="carry_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in Outcome]),
                name="carry_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=Q(ruling__in=CarryRuling.values), name="carry_ruling_is_known"
            ),
            models.CheckConstraint(
                condition=Q(proposed_start=None, proposed_end=None)
                | Q(proposed_start__lt=F("proposed_end")),
                name="carry_proposed_start_before_end",
            ),
            models.CheckConstraint(
                condition=Q(start=None, end=None, exact="")
                | Q(start__lt=F("end"), end=F("start") + Length("exact")),
                name="carry_as_long_as_its_quote",
            ),
            models.CheckConstraint(
                condition=Q(start=None, ruling="gone")
                | Q(start=None, ruling="", outcome__in=["review", "gone"])
                | Q(start__isnull=False, ruling__in=["accepted", "placed"])
                | Q(start__isnull=False, ruling="", outcome__in=["kept", "moved"]),
                name="carry_has_a_place_only_if_certain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.span_id} in {self.revision_id}: {self.ruling or self.outcome}"


class CarryDecision(models.Model):
    """One ruling on a carry, or the undoing of one. Rows are only ever added."""

    carry = models.ForeignKey(Carry, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField(help_text="the version of the carry that it made")
    ruling = models.CharField(max_length=8, choices=CarryRuling, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    undoes = models.PositiveIntegerField(
        null=True, blank=True, help_text="the number of the decision that this one took back"
    )
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="carry_decisions"
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["carry", "number"], name="carry_decision_number_once"),
            models.CheckConstraint(
                condition=Q(ruling__in=CarryRuling.values), name="carry_decision_ruling_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ruling or 'reopened'} by {self.moderator}"
