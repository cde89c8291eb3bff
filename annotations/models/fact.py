"""Facts of a story, and how each article reports them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.annotation import Span
from annotations.models.study import Study
from sources.models import Article, Story


class Fact(models.Model):
    """A statement of the story, in neutral words."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="facts")
    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="facts")
    statement = models.CharField(max_length=500)
    happened_on = models.DateField(
        null=True, blank=True, help_text="UTC; articles published before it cannot report it"
    )
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="facts"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "story", "statement"], name="fact_stated_once_per_story"
            ),
            models.CheckConstraint(condition=~Q(statement=""), name="fact_statement_not_empty"),
        ]

    def __str__(self) -> str:
        return self.statement


class ReportStatus(models.TextChoices):
    """How an article treats a fact. An article nobody looked at is unchecked: no row."""

    REPORTED = "reported"
    PARTIAL = "partial"
    OMITTED = "omitted"
    NOT_APPLICABLE = "not_applicable", "not applicable"


class Report(models.Model):
    """One cell of the facts × articles matrix. Always set by a person."""

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="reports")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="reports")
    status = models.CharField(max_length=14, choices=ReportStatus)
    note = models.TextField(max_length=10_000, blank=True)
    version = models.PositiveIntegerField(default=1)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports"
    )
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["fact_id", "article_id"]
        constraints = [
            models.UniqueConstraint(fields=["fact", "article"], name="report_once_per_cell"),
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values), name="report_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id} in {self.article_id}: {self.status}"


class Stance(models.TextChoices):
    """How the outlet stands to the words in which it reports the fact."""

    ASSERTED = "asserted"
    ATTRIBUTED = "attributed"
    DISPUTED = "disputed"
    DENIED = "denied"


class ReportSpan(models.Model):
    """The words in which an article reports a fact, and on whose authority."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="quotes")
    span = models.ForeignKey(Span, on_delete=models.PROTECT, related_name="quotes")
    stance = models.CharField(max_length=10, choices=Stance, default=Stance.ASSERTED)
    speaker = models.CharField(max_length=200, blank=True, help_text="attributed to whom")

    class Meta:
        ordering = ["report_id", "span__start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "span"], name="report_span_once"),
            models.CheckConstraint(
                condition=Q(stance__in=Stance.values), name="report_span_stance_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stance}: {self.span_id}"
