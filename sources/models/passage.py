"""Passages under the words by which they are found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from sources.models.article import Revision, Story


class IndexedPassage(models.Model):
    """A passage of the newest revision of an article, under the words by which it is found.

    `keys` are those of `sources.terms`. `story` is the article's, kept here so that a search in
    a few stories asks for no others.
    """

    revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, related_name="indexed_passages", db_index=False
    )
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    keys = ArrayField(models.IntegerField())

    class Meta:
        ordering = ["revision_id", "start"]
        indexes = [GinIndex(fields=["keys"], name="indexed_passage_keys")]
        constraints = [
            models.UniqueConstraint(fields=["revision", "start"], name="indexed_passage_once")
        ]

    def __str__(self) -> str:
        return f"[{self.start}, {self.end}) of {self.revision_id}"


class TextToIndex(models.Model):
    """A revision whose article waits to be indexed. A trigger adds one for every new revision.

    No import pays for more than that, and whatever stores a revision, none is forgotten. A row
    may outlive its revision.
    """

    revision = models.OneToOneField(
        Revision,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        verbose_name_plural = "texts to index"

    def __str__(self) -> str:
        return str(self.revision_id)
