"""Agreement as it was computed: figures of a selection of a study's tags."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.study import Study


class AgreementRun(models.Model):
    """One computation; its figures stay until the next of the same selection replaces them.

    `selection` is the address of what was chosen, such as `story=3&since=2026-01-01`, in a fixed
    order; "" is the whole study. `basis` is the digest of all that was computed from.
    """

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="agreement_runs", db_index=False
    )
    selection = models.CharField(max_length=500, blank=True)
    basis = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=50, blank=True, help_text="of the software")
    samples = models.PositiveIntegerField(default=0)
    seed = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    said = models.CharField(max_length=500, blank=True, help_text="what is under way or went wrong")
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["study_id", "selection"]
        constraints = [
            models.UniqueConstraint(fields=["study", "selection"], name="agreement_run_once")
        ]

    def __str__(self) -> str:
        return f"{self.study} {self.selection}"


class AgreementFigure(models.Model):
    """One number with its interval, or the reason why there is none."""

    run = models.ForeignKey(
        AgreementRun, on_delete=models.CASCADE, related_name="figures", db_index=False
    )
    part = models.CharField(max_length=20, help_text="whole, story, outlet, code, pair …")
    of = models.CharField(max_length=100, blank=True, help_text="which one of the part")
    measure = models.CharField(max_length=40)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    units = models.PositiveIntegerField(default=0, help_text="n: what the number is about")
    stories = models.PositiveIntegerField(default=0)
    coders = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True, help_text="why it is undefined")
    interval_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["run_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "part", "of", "measure"], name="agreement_figure_once"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(reason=""),
                name="agreement_figure_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.value}"
