"""Facts that the machine proposes, and what people made of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models.fact import Fact
from annotations.models.study import Study
from sources.models import Revision, Story


class Proposal(models.Model):
    """A group of sentences of a story that seem to report one fact.

    A settled one stays, so that the same group is not proposed again. What a
    person split off or merged points to what it came from by `origins`.
    """

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DISMISSED = "dismissed"
        SPLIT = "split"
        MERGED = "merged"

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="proposals", db_index=False
    )
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="proposals")
    statement = models.CharField(max_length=500)
    weight = models.FloatField(default=0, help_text="what they are ordered by, largest first")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    fact = models.ForeignKey(
        Fact, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals"
    )
    origins = models.ManyToManyField("self", symmetrical=False, related_name="offspring")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="who split or merged; empty: the machine proposed it",
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-weight", "pk"]
        indexes = [
            models.Index(fields=["study", "story", "state", "-weight"], name="proposal_open_first")
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(statement=""), name="proposal_has_a_statement"),
            models.CheckConstraint(
                condition=Q(state="open", settled_by=None, settled_at=None)
                | ~Q(state="open") & Q(settled_by__isnull=False, settled_at__isnull=False),
                name="proposal_settled_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class ProposedSpan(models.Model):
    """A sentence of a proposal: code points of a revision."""

    proposal = models.ForeignKey(
        Proposal, on_delete=models.CASCADE, related_name="spans", db_index=False
    )
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering = ["proposal_id", "revision_id", "start"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "revision", "start", "end"], name="proposed_span_once"
            ),
            models.CheckConstraint(
                condition=Q(start__lt=F("end")), name="proposed_span_start_before_end"
            ),
        ]

    def __str__(self) -> str:
        return f"[{self.start}, {self.end}) of {self.revision_id}"
