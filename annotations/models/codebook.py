"""A codebook: the labels that a study tags with."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Codebook(models.Model):
    name = models.CharField(max_length=200, unique=True)
    revision = models.PositiveIntegerField(
        db_default=1, default=1, editable=False, help_text="the number of the newest revision"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Wording(models.Model):
    """What a codebook says of a code: what its revisions keep."""

    key = models.SlugField(max_length=50)
    name = models.CharField(max_length=100)
    definition = models.TextField()
    include = models.TextField(blank=True)
    exclude = models.TextField(blank=True)
    examples = models.TextField(blank=True, help_text="one example per line")
    sources = models.TextField(blank=True, help_text="where in the literature the code comes from")
    colour = models.CharField(
        max_length=7,
        validators=[RegexValidator(r"\A#[0-9a-f]{6}\Z", "Use #rrggbb in lower case.")],
    )
    hotkey = models.CharField(
        max_length=1,
        blank=True,
        validators=[RegexValidator(r"\A[a-z0-9]\Z", "Use one of a-z and 0-9.")],
        help_text="one key that tags the selection; also the letter shown at the mark's end",
    )
    position = models.PositiveIntegerField(default=0)
    asks_target = models.BooleanField(
        default=False, help_text="a target and a polarity are mandatory"
    )
    marks_spans = models.BooleanField(
        default=True, help_text="off for a code that speaks of a whole article, such as omission"
    )
    counts_as_bias = models.BooleanField(
        default=True, help_text="off for damage: scraping and translation faults"
    )
    retired_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="no new tag takes the code since then"
    )

    class Meta:
        abstract = True


class Code(Wording):
    """One label, with all a reviewer needs to apply it alike.

    A code that was merged is retired and names the code that took its place; a code that was
    split is retired, and those that took its place name it.
    """

    codebook = models.ForeignKey(Codebook, on_delete=models.CASCADE, related_name="codes")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_from",
    )
    split_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="split_into",
    )

    class Meta:
        ordering = ["codebook_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["codebook", "key"], name="code_key_once"),
            models.UniqueConstraint(
                fields=["codebook", "hotkey"],
                condition=~models.Q(hotkey=""),
                name="code_hotkey_once",
            ),
            models.CheckConstraint(
                condition=models.Q(colour__regex=r"^#[0-9a-f]{6}$"), name="code_colour_is_hex"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(retired_at__isnull=False),
                name="code_merged_is_retired",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="code_merged_into_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The keys from the top down, such as `wording/loaded`. Reads `parent`."""
        return f"{self.parent.key}/{self.key}" if self.parent else self.key


class CodebookRevision(models.Model):
    """One step in a codebook's life. Rows are only ever added; the first is how it began."""

    codebook = models.ForeignKey(
        Codebook, on_delete=models.CASCADE, related_name="revisions", db_index=False
    )
    number = models.PositiveIntegerField()
    said = models.CharField(max_length=500, help_text="what was done, in a sentence")
    reason = models.TextField(max_length=2000, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["codebook_id", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["codebook", "number"], name="codebook_revision_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.codebook} {self.number}"


class CodeState(Wording):
    """How a code stood after a revision that changed it.

    What a codebook said at a revision is the newest state of each code up to there, without
    those `removed`. The code itself may be gone; `code_number` was its pk.
    """

    revision = models.ForeignKey(
        CodebookRevision, on_delete=models.CASCADE, related_name="states", db_index=False
    )
    code_number = models.BigIntegerField()
    parent_key = models.CharField(max_length=50, blank=True)
    merged_into_key = models.CharField(max_length=50, blank=True)
    split_from_key = models.CharField(max_length=50, blank=True)
    removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["revision_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "code_number"], name="code_state_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} at {self.revision_id}"
