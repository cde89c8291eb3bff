"""Moderators' rulings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.annotation import Annotation
from annotations.models.codebook import Code

MOST_IN_A_QUERY = 10_000


class Ruling(models.TextChoices):
    ACCEPT = "accept", "accepted"
    REJECT = "reject", "rejected"
    RECODE = "recode", "accepted with another code"
    REOPEN = "reopen", "reopened"


class DecisionQuerySet(models.QuerySet):
    def newest_of(self, annotations):
        """Return the newest decision on each of `annotations`, by their ids.

        One query for every 10,000: PostgreSQL takes 65,535 parameters in one.
        """
        ids = [annotation.pk for annotation in annotations]
        found = {}
        for at in range(0, len(ids), MOST_IN_A_QUERY):
            some = self.filter(annotation__in=ids[at : at + MOST_IN_A_QUERY])
            newest = some.order_by("annotation_id", "-pk").distinct("annotation_id")
            found |= {row.annotation_id: row for row in newest}
        return found


class Decision(models.Model):
    """A moderator's ruling on an annotation. Rows are only ever added."""

    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, related_name="decisions")
    version = models.PositiveIntegerField(help_text="of the annotation that was ruled on")
    ruling = models.CharField(max_length=6, choices=Ruling)
    code = models.ForeignKey(
        Code,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the code put in place of the reviewer's",
    )
    reason = models.TextField(max_length=2000, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions"
    )
    card_ruling = models.ForeignKey(
        "CardRuling",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="decisions",
        help_text="the ruling on a cluster of tags that this follows from",
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ruling__in=Ruling.values), name="decision_ruling_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(ruling="reject") | ~Q(reason=""), name="decision_reject_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(ruling="recode", code__isnull=False)
                | (~Q(ruling="recode") & Q(code__isnull=True)),
                name="decision_code_with_recode_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_ruling_display()} by {self.moderator}"
