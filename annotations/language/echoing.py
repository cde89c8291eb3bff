"""Tag the echoes of a phrase, many at once: one action, and one step of undo."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef

from annotations.models import Annotation, Change, Code, Study
from annotations.tags.tagging import TagRefused, tag_span
from annotations.tags.undoing import standing_in
from annotations.team.veiling import outlet_name
from annotations.texts.anchoring import AnchorError, shortened
from sources.models import Revision

MOST = 200  # echoes in one action


@dataclass(frozen=True, slots=True)
class Ticked:
    """An echo to tag: its words, and the id that the tag is to have."""

    id: uuid.UUID
    revision: int
    start: int
    end: int
    exact: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """What stands of an action: how many tags in how many stories, and what it passed over."""

    tags: int
    stories: int
    skipped: int


def tag_echoes(
    study: Study,
    ticked: Sequence[Ticked],
    *,
    batch: uuid.UUID,
    code: Code,
    annotator: User,
    **coding: Any,
) -> Tagged:
    """Tag all the echoes, or none; `coding` is what `tag_span` takes.

    What the annotator has tagged with the same code already is passed over. Idempotent by the ids
    and by `batch`: the same request again tells the same. Raises TagRefused, which says of which
    echo it is, as for a text that is not the newest of its article any more.
    """
    if not ticked:
        raise TagRefused("No echo is ticked. Tick those that are to be tagged.")
    if len(ticked) > MOST:
        raise TagRefused(f"Tag at most {MOST} echoes at once.")
    with transaction.atomic():
        revisions = _revisions(study, ticked)
        there = _tagged_already(study, ticked, code, annotator)
        wanted = [one for one in ticked if (one.revision, one.start, one.end) not in there]
        made = []
        for one in wanted:
            given = {"study": study, "code": code, "annotator": annotator, **coding}
            if _tag(one, revisions.get(one.revision), given):
                made.append(one.id)
        Change.objects.filter(annotation__in=made, number=1).update(batch=batch)
        stand = standing_in(study, batch, annotator)
        stories = stand.values_list("annotation__span__revision__article__story", flat=True)
    return Tagged(len(stories), len(set(stories)), len(ticked) - len(wanted))


def _tag(one: Ticked, revision: Revision | None, given: dict[str, Any]) -> bool:
    """Tag one echo; return whether it is new. Raises TagRefused."""
    where = f"“{shortened(one.exact)}”"
    if revision is None:
        raise TagRefused(
            f"{where}: this text is not of the study, or its article got a newer one. Nothing was "
            "tagged. Load the page again."
        )
    try:
        return tag_span(
            revision, id=one.id, start=one.start, end=one.end, exact=one.exact, **given
        ).created
    except (AnchorError, TagRefused) as refusal:
        outlet = outlet_name(given["study"], revision.article.outlet)
        raise TagRefused(f"{where} in {outlet}: {refusal} Nothing was tagged.") from refusal


def _revisions(study: Study, ticked: Sequence[Ticked]) -> dict[int, Revision]:
    """Return the ticked revisions that are the study's and the newest of their articles."""
    newer = Revision.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"))
    found = Revision.objects.filter(
        ~Exists(newer), pk__in={one.revision for one in ticked}, article__story__studies=study
    )
    return found.select_related("article__outlet").in_bulk()


def _tagged_already(
    study: Study, ticked: Sequence[Ticked], code: Code, annotator: User
) -> set[tuple[int, int, int]]:
    """Return the places that have such a tag of the annotator's, but for tags of these ids."""
    standing = Annotation.objects.filter(study=study, code=code, annotator=annotator).standing()
    there = standing.filter(span__revision__in={one.revision for one in ticked})
    there = there.exclude(pk__in=[one.id for one in ticked])
    places = there.values_list("span__revision", "span__start", "span__end")
    return set(places)
