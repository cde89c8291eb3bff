"""Spans of a revision, and the annotations that reviewers put on them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now

from annotations.models.codebook import Code
from annotations.models.study import Study
from annotations.texts.anchoring import CONTEXT
from sources.models import Revision


class ClockNow(models.Func):
    """The clock's time; Now() stands still within a transaction, and steps must not tie."""

    template = "CLOCK_TIMESTAMP()"
    output_field = models.DateTimeField()


class Span(models.Model):
    """A half-open range of code points in one revision, with its quote.

    W3C Web Annotation: `start` and `end` are a TextPositionSelector; `exact`,
    `prefix` and `suffix` a TextQuoteSelector. Annotations and reports that
    point at the same words share one span.
    """

    # No index of its own where a composite one begins with it: every tag would pay for it.
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="spans", db_index=False
    )
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    exact = models.TextField()
    prefix = models.CharField(max_length=CONTEXT, blank=True)
    suffix = models.CharField(max_length=CONTEXT, blank=True)

    class Meta:
        ordering = ["revision_id", "start", "-end"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "start", "end"], name="span_once"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="span_start_before_end"),
            models.CheckConstraint(
                condition=Q(end=F("start") + Length("exact")), name="span_as_long_as_its_quote"
            ),
        ]

    def __str__(self) -> str:
        return f"[{self.start}, {self.end}) {self.exact[:40]}"


class Polarity(models.TextChoices):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    MIXED = "mixed"


class Voice(models.TextChoices):
    """Whose words a span is."""

    OUTLET = "outlet", "the outlet's own"
    ATTRIBUTED = "attributed", "attributed to a speaker"


class Status(models.TextChoices):
    """What moderation has said so far."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Coding(models.Model):
    """What a reviewer says about a span: the part of an annotation that edits change."""

    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    target = models.CharField(max_length=200, blank=True)
    polarity = models.CharField(max_length=8, choices=Polarity, blank=True)
    voice = models.CharField(max_length=10, choices=Voice, default=Voice.OUTLET)
    speaker = models.CharField(max_length=200, blank=True)
    note = models.TextField(max_length=10_000, blank=True)
    codebook_revision = models.PositiveIntegerField(
        default=1, db_default=1, editable=False, help_text="what the codebook said then"
    )

    class Meta:
        abstract = True


class AnnotationQuerySet(models.QuerySet):
    def on(self, revision):
        """Keep what stands on `revision` (an instance, a pk, or an iterable of pks)."""
        if hasattr(revision, "__iter__"):
            return self.filter(span__revision__in=revision)
        return self.filter(span__revision=revision)

    def standing(self):
        """Leave out what its annotator removed."""
        return self.filter(removed_at=None)

    def in_study(self, study):
        """Keep the study's own. Who may see a study is settled in `annotations.access`."""
        return self.filter(study=study)

    def seen_in(self, study):
        """Keep what stands in the study and its `sight` shows."""
        seen = self.in_study(study).standing()
        if study.sight is None or not study.sight.closed:
            return seen
        if study.sight.everywhere:
            return seen.filter(annotator=study.sight.reader)
        hidden = Q(span__revision__article__story__in=study.sight.closed)
        return seen.exclude(hidden & ~Q(annotator=study.sight.reader))

    def with_card(self):
        """Load what a card shows: span, codes and annotator. No further query per row."""
        return self.select_related("span", "code", "ruled_code", "annotator")

    def in_reading_order(self):
        """Order by place in the text, the longer of two that start together first."""
        return self.order_by("span__revision_id", "span__start", "-span__end", "created_at", "pk")

    def with_place(self):
        """Load a card and the article it stands in, but not the article's text."""
        place = self.with_card().select_related(
            "span__revision__article__outlet", "span__revision__article__story"
        )
        return place.defer("span__revision__text")

    def in_force(self, code):
        """Keep what stands under `code` (a pk) or a code below it, rulings considered."""
        ruled = Q(ruled_code=code) | Q(ruled_code__parent=code)
        return self.filter(ruled | Q(ruled_code=None) & (Q(code=code) | Q(code__parent=code)))

    def in_queue_order(self):
        """Order by story, article and place in the text, as `following` counts on."""
        article = "span__revision__article"
        return self.order_by(
            f"{article}__story_id", f"{article}_id", "span__start", "-span__end", "pk"
        )

    def following(self, annotation):
        """Keep what comes after `annotation` in the queue's order."""
        span, article = annotation.span, "span__revision__article"
        steps = [
            (f"{article}__story_id", "gt", span.revision.article.story_id),
            (f"{article}_id", "gt", span.revision.article_id),
            ("span__start", "gt", span.start),
            ("span__end", "lt", span.end),
            ("pk", "gt", annotation.pk),
        ]
        later = Q(pk__in=[])
        for name, beyond, value in reversed(steps):
            later = Q(**{f"{name}__{beyond}": value}) | (Q(**{name: value}) & later)
        return self.filter(later)


class Annotation(Coding):
    """One reviewer put one code on one span.

    The id comes from the client, so that a request sent twice is one annotation.
    `version` names the state in force: the number of a Change, or 0 when the
    first one is undone.
    """

    id = models.UUIDField(primary_key=True)
    study = models.ForeignKey(
        Study, on_delete=models.PROTECT, related_name="annotations", db_index=False
    )
    span = models.ForeignKey(Span, on_delete=models.PROTECT, related_name="annotations")
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="annotations",
        db_index=False,
    )
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    ruled_code = models.ForeignKey(
        Code,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the code a moderator put in its place; the reviewer's own is kept beside it",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            # Counts of a study's tags, by status or by code, are read from here alone.
            models.Index(
                fields=["study", "status", "code", "ruled_code"],
                condition=Q(removed_at=None),
                name="annotation_standing",
            ),
            models.Index(fields=["annotator", "study"], name="annotation_of_annotator"),
            # Few tags name a speaker: for most there is nothing to write here.
            models.Index(
                fields=["study", "speaker"],
                condition=Q(removed_at=None) & ~Q(speaker=""),
                name="annotation_speaker",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(speaker="") | Q(voice=Voice.ATTRIBUTED),
                name="annotation_speaker_only_if_attributed",
            ),
            models.CheckConstraint(
                condition=Q(voice__in=Voice.values), name="annotation_voice_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="annotation_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(polarity__in=["", *Polarity.values]),
                name="annotation_polarity_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code_id} on {self.span_id} by {self.annotator_id}"


class Change(Coding):
    """One step of an annotation that its actor can undo; only `undone_at` ever changes.

    The coding is the state after the step; `number` names it, and `before`
    names the state that it replaced (0: not there yet).
    """

    annotation = models.ForeignKey(
        Annotation, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    number = models.PositiveIntegerField()
    before = models.PositiveIntegerField()
    removed = models.BooleanField(default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="changes", db_index=False
    )
    made_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    undone_at = models.DateTimeField(null=True, blank=True, editable=False)
    batch = models.UUIDField(
        null=True, blank=True, editable=False, help_text="of one action that is undone as one"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["actor", "-id"], name="change_by_actor")]
        constraints = [
            models.UniqueConstraint(fields=["annotation", "number"], name="change_number_once"),
            models.CheckConstraint(
                condition=Q(before__lt=F("number")), name="change_before_its_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.annotation_id} v{self.number}"
