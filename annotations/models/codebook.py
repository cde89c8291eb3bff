"""A codebook: the labels that a study tags with."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now


class Codebook(models.Model):
    name = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Code(models.Model):
    """One label, with all a reviewer needs to apply it alike."""

    codebook = models.ForeignKey(Codebook, on_delete=models.CASCADE, related_name="codes")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The keys from the top down, such as `wording/loaded`. Reads `parent`."""
        return f"{self.parent.key}/{self.key}" if self.parent else self.key
