"""What the machine offers for a cell of the matrix. None of it is a report."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models.fact import Fact
from annotations.models.study import Study
from sources.models import Revision, Story


class Suggestion(models.Model):
    """Sentences of a revision that may report a fact: three at most, best first.

    `candidates` is a list of {start, end, score, matched}: code points of the
    revision, and in `matched` the ranges [start, end) of the words that speak for
    it. Scores compare within one suggestion only. `basis` is a digest of what it
    was made from: as long as that stands, so does the suggestion. A person may
    say that it is none of these; the sentences are kept, so that this can be undone.
    """

    fact = models.ForeignKey(
        Fact, on_delete=models.CASCADE, related_name="suggestions", db_index=False
    )
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="suggestions")
    candidates = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True, help_text="why there are none")
    basis = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="who said that it is none of these",
    )
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["fact_id", "revision_id"]
        constraints = [
            models.UniqueConstraint(fields=["fact", "revision"], name="suggestion_once_per_cell"),
            models.CheckConstraint(
                condition=Q(refused_by=None, refused_at=None)
                | Q(refused_by__isnull=False, refused_at__isnull=False),
                name="suggestion_refused_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.candidates)} for {self.fact_id} in {self.revision_id}"


class SuggestionRun(models.Model):
    """How far the worker is with what it prepares for a story: its progress, and its trouble."""

    class Kind(models.TextChoices):
        SUGGESTIONS = "suggestions"
        PROPOSALS = "proposals", "proposed facts"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+", db_index=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    basis = models.CharField(max_length=64, blank=True, help_text="of what the last one was made")
    said = models.TextField(blank=True, help_text="what went wrong, or was not offered and why")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["study_id", "story_id", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "story", "kind"], name="suggestion_run_once_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(done__lte=F("total")), name="suggestion_run_done_within_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.story_id}: {self.done} of {self.total}"


class SentenceVectors(models.Model):
    """What a model makes of the sentences of a revision, so that it is asked once.

    `vectors` are little-endian 16-bit floats, one row of the model's dimensions
    for each sentence of `sources.sentences.sentences_of`, in their order.
    """

    revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, related_name="vectors", db_index=False
    )
    model = models.CharField(max_length=100, help_text="its name and version")
    vectors = models.BinaryField()

    class Meta:
        ordering = ["revision_id", "model"]
        verbose_name_plural = "sentence vectors"
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "model"], name="sentence_vectors_once_per_model"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} of {self.revision_id}"
