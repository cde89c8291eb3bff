"""What of a study goes into a file: which annotations were chosen, and what its reader is told."""

from dataclasses import dataclass
from typing import TypedDict

from annotations.models import Annotation, Role, Study
from annotations.models.annotation import AnnotationQuerySet
from annotations.rulings.gold import readable
from annotations.team.blinding import status_seen


class Told(TypedDict):
    """What `export_annotations` is to tell a reader of rulings and of gold."""

    closed: frozenset[int]
    gold_in: list[int]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which annotations: of a story, of a status, of one coder by name; None and "" are all."""

    story: int | None = None
    status: str = ""
    layer: str = ""

    def annotations(self, study: Study) -> AnnotationQuerySet:
        """Return those that stand and that the study's reader may see.

        In a story that is closed to them all are pending, as far as they know.
        """
        kept = Annotation.objects.seen_in(study)
        if self.story is not None:
            kept = kept.filter(span__revision__article__story=self.story)
        if self.layer:
            kept = kept.filter(annotator__username=self.layer)
        return kept.filter(status_seen(study, self.status)) if self.status else kept


def told_to(study: Study, role: Role) -> Told:
    """Return of which stories the study's reader is told no rulings, and of which the gold layer.

    `role` is theirs. One query.
    """
    gold_in = list(readable(study, role).order_by("story").values_list("story", flat=True))
    return {"closed": study.sight.closed if study.sight else frozenset(), "gold_in": gold_in}
