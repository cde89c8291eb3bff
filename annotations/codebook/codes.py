"""What the codebook page shows, and the style sheet of a codebook's colours.

Questions only; nothing here writes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from annotations.models import Annotation, Code, Codebook, CodeState, Study
from annotations.team.blinding import code_seen
from annotations.texts.segmenting import LANES


@dataclass(slots=True)
class Entry:
    """A code with how often the study uses it, and the codes below it."""

    code: Code
    uses: int
    children: list["Entry"] = field(default_factory=list)


def entries(study: Study) -> list[Entry]:
    """Return the upper codes of the study's codebook, each with its own. Two queries."""
    uses = uses_in(study)
    codes = study.codebook.codes.select_related("merged_into", "split_from")
    every = [Entry(code, uses.get(code.pk, 0)) for code in codes]
    upper = {entry.code.pk: entry for entry in every if entry.code.parent_id is None}
    for entry in every:
        if entry.code.parent_id:
            upper[entry.code.parent_id].children.append(entry)
    return list(upper.values())


def in_use(listed: Sequence[Entry]) -> list[Entry]:
    """Return the entries without the codes that are retired."""
    return [
        Entry(upper.code, upper.uses, [each for each in upper.children if not each.code.retired_at])
        for upper in listed
        if not upper.code.retired_at
    ]


def retired(listed: Sequence[Entry]) -> list[Entry]:
    """Return the retired codes alone, each as an entry of its own."""
    every = [entry for upper in listed for entry in (upper, *upper.children)]
    return [Entry(entry.code, entry.uses) for entry in every if entry.code.retired_at]


def uses_in(study: Study) -> dict[int, int]:
    """Count the tags that the study's `sight` shows by the code in force, under its pk.

    In a closed story that is the reader's own code: no rulings show.
    """
    seen = Annotation.objects.seen_in(study).order_by()
    counted = seen.annotate(seen=code_seen(study)).values("seen").annotate(uses=Count("*"))
    return dict(counted.values_list("seen", "uses"))


def successors(codebook: Codebook) -> dict[int, int]:
    """Return, for each merged code, the code that it counts as in the end, by their pks.

    One query. Codes that were not merged are left out.
    """
    merged = dict(
        codebook.codes.filter(merged_into__isnull=False).order_by().values_list("pk", "merged_into")
    )
    return {code: _end_of(code, merged) for code in merged}


def former_keys(codebook: Codebook) -> dict[str, int]:
    """Return the keys that codes of the codebook had and none has now, with their pks. Two queries.

    A code that was removed left its key free.
    """
    keys = {code.pk: code.key for code in codebook.codes.all()}
    states = CodeState.objects.filter(revision__codebook=codebook, code_number__in=keys)
    had = states.order_by().values_list("key", "code_number").distinct()
    return {key: number for key, number in had if key not in keys.values()}


def code_called(codebook: int, key: str) -> Code | None:
    """Return the code of the codebook (a pk) that has the key, or had it. At most two queries."""
    codes = Code.objects.filter(codebook=codebook)
    if code := codes.filter(key=key).first():
        return code
    had = CodeState.objects.filter(revision__codebook=codebook, key=key)
    return codes.filter(pk__in=had.values("code_number")).first()


def _end_of(code: int, merged: dict[int, int]) -> int:
    for _ in range(len(merged)):  # no longer chain can be, even if rows were made by hand
        code = merged.get(code, code)
    return code


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
