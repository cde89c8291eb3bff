"""Adjudication: cards of overlapping tags, the rulings on them, and the gold layer they make."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models.annotation import Annotation, Coding, Span
from annotations.models.study import Study
from sources.models import Revision, Story


class Adjudication(models.Model):
    """The ruling on a story's tags in a study: under way, or done when `ruled_at` is set."""

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="adjudications", db_index=False
    )
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="adjudications")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ruled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["study_id", "story_id"]
        constraints = [models.UniqueConstraint(fields=["study", "story"], name="adjudication_once")]

    def __str__(self) -> str:
        return f"adjudication of {self.story}"


class Card(models.Model):
    """Tags whose spans overlap, ruled on together. [start, end) is what they cover.

    `version` grows with every ruling and with every change of the tags on it; a ruling says
    which one it has seen.
    """

    class State(models.TextChoices):
        OPEN = "open"
        RULED = "ruled"
        DISCUSSED = "discussed"

    adjudication = models.ForeignKey(
        Adjudication, on_delete=models.CASCADE, related_name="cards", db_index=False
    )
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["adjudication_id", "revision_id", "start", "pk"]
        indexes = [
            models.Index(fields=["adjudication", "state", "revision", "start"], name="card_queue")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="card_start_before_end"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "ruled", "discussed"]), name="card_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="card_claim_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"card [{self.start}, {self.end}) of {self.revision_id}"


class CardTag(models.Model):
    """One annotation on a card, where it stands on the card's revision."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="tags", db_index=False)
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, related_name="card_tags")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    version = models.PositiveIntegerField(help_text="of the annotation when the card was laid")

    class Meta:
        ordering = ["card_id", "start", "-end", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["card", "annotation"], name="card_tag_once"),
            models.CheckConstraint(
                condition=Q(start__lt=F("end")), name="card_tag_start_before_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.annotation_id} on card {self.card_id}"


class CardRuling(models.Model):
    """A moderator's ruling on a card. Rows are only ever added; the newest is in force."""

    class Kind(models.TextChoices):
        ONE = "one", "this one"
        MERGED = "merged", "merged"
        SEVERAL = "several", "several are right"
        NOBODY = "nobody", "nobody is right"
        DISCUSS = "discuss", "to discuss"
        REOPEN = "reopen", "reopened"

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="rulings", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=7, choices=Kind)
    reason = models.TextField(max_length=2000, blank=True)
    guideline = models.BooleanField(default=False, help_text="the guideline needs work")
    automatic = models.BooleanField(default=False, help_text="by a rule that a moderator applied")
    batch = models.UUIDField(
        null=True, blank=True, editable=False, help_text="of one action that is undone as one"
    )
    takes_back = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="taken_back_by",
        help_text="the ruling that this one undoes",
    )
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="card_rulings"
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["card_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["card", "number"], name="card_ruling_number_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["one", "merged", "several", "nobody", "discuss", "reopen"]),
                name="card_ruling_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.moderator}"


class GoldTag(Coding):
    """One tag of the gold layer: what a ruling says of some words.

    In force are those of a card's newest ruling. `annotation` is the coder's tag that was found
    right; None where a moderator edited span or code.
    """

    ruling = models.ForeignKey(
        CardRuling, on_delete=models.PROTECT, related_name="gold", db_index=False
    )
    span = models.ForeignKey(Span, on_delete=models.PROTECT, related_name="gold")
    annotation = models.ForeignKey(
        Annotation, on_delete=models.PROTECT, null=True, blank=True, related_name="gold"
    )

    class Meta:
        ordering = ["ruling_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ruling", "span", "code"], name="gold_tag_once")
        ]

    def __str__(self) -> str:
        return f"{self.code_id} on {self.span_id}"


class CardReply(models.Model):
    """What somebody says about a ruling, once each: the coders of a card, and its moderators."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="replies", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="card_replies"
    )
    text = models.TextField(max_length=2000)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["card_id", "made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["card", "author"], name="card_reply_once"),
            models.CheckConstraint(condition=~Q(text=""), name="card_reply_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.author} on card {self.card_id}"
