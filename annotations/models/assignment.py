"""Who codes which story, and the training that comes before."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.study import Study
from sources.models import Outlet, Story


class Assignment(models.Model):
    """A reviewer's part: one story that they code in a study."""

    class State(models.TextChoices):
        TO_DO = "to do"
        IN_PROGRESS = "in progress"
        DONE = "done"
        REOPENED = "reopened"

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="assignments")
    coder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    state = models.CharField(max_length=11, choices=State, default=State.TO_DO)
    position = models.PositiveIntegerField(default=0, help_text="in the coder's own order")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    assigned_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["study_id", "coder_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "story", "coder"], name="assignment_once"),
            models.CheckConstraint(
                condition=Q(state__in=["to do", "in progress", "done", "reopened"]),
                name="assignment_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_at__isnull=False),
                name="assignment_done_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coder} codes {self.story}"


class TrainingStory(models.Model):
    """A story with a known answer that reviewers code before real work.

    The gold standard is the story's gold layer or, where `expert` is set, that person's tags.
    """

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="training_stories", db_index=False
    )
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["study_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "story"], name="training_story_once")
        ]

    def __str__(self) -> str:
        return f"training on {self.story}"


class TrainingAttempt(models.Model):
    """How near a coder came to the gold standard when they said they were done."""

    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, related_name="attempts", db_index=False
    )
    number = models.PositiveIntegerField()
    score = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    passed = models.BooleanField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["assignment_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "number"], name="training_attempt_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.score} of 100"


class OutletAlias(models.Model):
    """The letter under which a study shows an outlet to those who are not to know its name."""

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="outlet_aliases", db_index=False
    )
    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="+")
    letter = models.CharField(max_length=8)

    class Meta:
        ordering = ["study_id", "letter"]
        constraints = [
            models.UniqueConstraint(fields=["study", "outlet"], name="outlet_alias_once"),
            models.UniqueConstraint(fields=["study", "letter"], name="outlet_letter_once"),
        ]

    def __str__(self) -> str:
        return f"Outlet {self.letter}"
