"""What the codebook page shows, and the style sheet of a codebook's colours.

Questions only; nothing here writes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.db.models.functions import Coalesce

from annotations.models import Annotation, Code, Study
from annotations.segmenting import LANES


@dataclass(slots=True)
class Entry:
    """A code with how often the study uses it, and the codes below it."""

    code: Code
    uses: int
    children: list["Entry"] = field(default_factory=list)


def entries(study: Study) -> list[Entry]:
    """Return the upper codes of the study's codebook, each with its own. Two queries."""
    uses = uses_in(study)
    every = [Entry(code, uses.get(code.pk, 0)) for code in study.codebook.codes.all()]
    upper = {entry.code.pk: entry for entry in every if entry.code.parent_id is None}
    for entry in every:
        if entry.code.parent_id:
            upper[entry.code.parent_id].children.append(entry)
    return list(upper.values())


def uses_in(study: Study) -> dict[int, int]:
    """Count the study's standing tags by the code in force, under its pk."""
    standing = Annotation.objects.filter(study=study).standing().order_by()
    in_force = standing.annotate(in_force=Coalesce("ruled_code", "code")).values("in_force")
    return dict(in_force.annotate(uses=Count("pk")).values_list("in_force", "uses"))


def stylesheet_of(codes: Iterable[Code]) -> str:
    """Return CSS that gives each code its colour, `--code`, and one for each lane of marks.

    `.k7` carries `--code`, `.k7l0` carries `--l0`: a mark under several codes
    has a class for each, and the desk draws a line per lane.
    """
    rules = []
    for code in codes:
        rules.append(f".k{code.pk}{{--code:{code.colour}}}")
        rules += [f".k{code.pk}l{lane}{{--l{lane}:{code.colour}}}" for lane in range(LANES)]
    return "\n".join(rules) + "\n"


def fingerprint(stylesheet: str) -> str:
    """Return a short hash that changes with the style sheet."""
    return hashlib.sha256(stylesheet.encode()).hexdigest()[:16]


def all_codes(listed: Sequence[Entry]) -> list[Code]:
    """Return the codes of the entries in the codebook's order, upper codes before their own."""
    return [entry.code for upper in listed for entry in (upper, *upper.children)]
