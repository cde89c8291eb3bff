"""What a file would change in a codebook, before anything is written.

Questions only; nothing here writes. A file without a column leaves that as it stands; a code
that the file does not name stays, or is retired, as the person chooses.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from annotations.codebook.codebook_files import TEXTS, YES_OR_NO, Row
from annotations.codebook.codes import former_keys
from annotations.models import Code, Codebook
from annotations.models.codebook import Wording
from annotations.texts.comparing import Piece, compare

DEFAULTS = {
    "parent": "", "include": "", "exclude": "", "examples": "", "sources": "",
    "colour": "#5f6368", "hotkey": "", "asks_target": "no", "marks_spans": "yes",
    "counts_as_bias": "yes", "retired_at": "", "merged_into": "", "split_from": "",
}  # fmt: skip
LABELS = {
    "key": "Key", "parent": "Below", "name": "Name", "definition": "Definition",
    "include": "Include", "exclude": "Exclude", "examples": "Examples", "sources": "Sources",
    "colour": "Colour", "hotkey": "Hot-key", "asks_target": "Asks for target and polarity",
    "marks_spans": "Marks words", "counts_as_bias": "Counts as bias", "retired_at": "Retired",
    "merged_into": "Merged into", "split_from": "Split from",
}  # fmt: skip
# Names of the model's fields where a column says them in full; the others are keys and times.
OF_MODEL = ("name", "definition", "include", "exclude", "examples", "sources", "colour", "hotkey")
_KEY = re.compile(r"\A[-a-zA-Z0-9_]{1,50}\Z")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a code says in one respect; `pieces` are empty if all of it changed."""

    label: str
    before: str
    after: str
    pieces: list[Piece]


@dataclass(slots=True)
class Planned:
    """A code as it is to stand: all columns, as a file has them. `code` is None for a new one."""

    place: str
    cells: dict[str, str]
    code: Code | None
    changes: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CodeChange:
    """What becomes of one code; without `fields` that is its place among the others."""

    number: int  # its pk
    key: str
    name: str
    kind: str  # added, removed, changed, retired, merged, split off, restored or moved
    fields: list[FieldChange]


@dataclass(slots=True)
class Plan:
    """What becomes of each code; nothing can be written while there are `problems`."""

    added: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    unchanged: list[Planned] = field(default_factory=list)
    missing: list[Code] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)  # of all keys, if the file has another

    @property
    def as_changes(self) -> list[CodeChange]:
        """The codes that change, as the change log shows them."""
        return [
            CodeChange(one.code.pk, one.cells["key"], one.cells["name"], one.place, one.changes)
            for one in self.changed
            if one.code
        ]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.order)


def rows_of(codes: Sequence[Code]) -> list[dict[str, str]]:
    """Return the codes as a file has them. `codes` are all of a codebook. No query."""
    keys: dict[int | None, str] = {code.pk: code.key for code in codes} | {None: ""}
    return [
        cells_of(code, keys[code.parent_id], keys[code.merged_into_id], keys[code.split_from_id])
        for code in codes
    ]


def cells_of(wording: Wording, parent: str, merged_into: str, split_from: str) -> dict[str, str]:
    """Return what a code says as the cells of a file; the codes that it names are given by key."""
    at = wording.retired_at
    return (
        {"key": wording.key, "parent": parent}
        | {name: getattr(wording, name) for name in OF_MODEL}
        | {name: "yes" if getattr(wording, name) else "no" for name in YES_OR_NO}
        | {"retired_at": at.astimezone(UTC).isoformat() if at else ""}
        | {"merged_into": merged_into, "split_from": split_from}
    )


def plan_import(codebook: Codebook | None, rows: Sequence[Row]) -> Plan:
    """Return what the rows would change in the codebook, or make of a new one. Three queries."""
    codes = list(codebook.codes.all()) if codebook else []
    by_key = {code.key: code for code in codes}
    stands = {row["key"]: row for row in rows_of(codes)}
    if codebook:
        pks = {code.pk: code for code in codes}
        by_key |= {key: pks[number] for key, number in former_keys(codebook).items()}
    plan = Plan()
    planned: dict[str, Planned] = {}
    for row in rows:
        code = by_key.get(row.cells["key"])
        base = DEFAULTS if code is None else stands[code.key]
        one = Planned(row.place, base | row.cells | ({"key": code.key} if code else {}), code)
        if one.cells["key"] in planned:
            first = planned[one.cells["key"]].place
            plan.problems.append(f"{_at(one)}: the key stands in {first} already.")
            continue
        planned[one.cells["key"]] = one
    untouched = {key: row for key, row in stands.items() if key not in planned}
    plan.missing = [by_key[key] for key in untouched if by_key[key].retired_at is None]
    plan.problems += _problems(planned, untouched)
    _sort_out(plan, planned, stands)
    plan.order = _moved(planned, stands)
    return plan


def in_order(rows: Sequence[dict[str, str]]) -> list[str]:
    """Return the keys of the rows, each upper code before its own."""
    below: dict[str, list[str]] = {}
    for row in rows:
        below.setdefault(row["parent"], []).append(row["key"])
    return [key for upper in below.get("", []) for key in (upper, *below.get(upper, []))]


def _moved(planned: dict[str, Planned], stands: dict[str, dict[str, str]]) -> list[str]:
    """Return the keys in the order that the file asks for, empty if they are to stay as they are.

    What the file does not name keeps its place among the others.
    """
    every = stands | {key: one.cells for key, one in planned.items()}
    present = in_order(list(every.values()))
    alone = [
        one.cells | ({} if one.cells["parent"] in planned else {"parent": ""})
        for one in planned.values()
    ]
    wanted = [key for key in in_order(alone) if key in present]
    if wanted == [key for key in present if key in planned]:
        return []
    turn = iter(wanted)
    placed = [next(turn) if key in planned else key for key in present]
    return in_order([every[key] for key in placed])


def _sort_out(plan: Plan, planned: dict[str, Planned], stands: dict[str, dict[str, str]]) -> None:
    """Put each code among the added, the changed and the unchanged, with what changes."""
    for key, one in planned.items():
        if one.code is None:
            plan.added.append(one)
            continue
        one.changes = changes_of(stands[key], one.cells)
        (plan.changed if one.changes else plan.unchanged).append(one)


def changes_of(before: dict[str, str], after: dict[str, str]) -> list[FieldChange]:
    """Return in what two states of a code differ, in the order of a file's columns."""
    return [
        FieldChange(label, before[name], after[name], _pieces(name, before[name], after[name]))
        for name, label in LABELS.items()
        if before[name] != after[name]
    ]


def _pieces(name: str, before: str, after: str) -> list[Piece]:
    """Return the words that changed, of a text; what else there is changes as a whole."""
    return compare(before, after) if name in ("name", *TEXTS) and before and after else []


def _problems(planned: dict[str, Planned], untouched: dict[str, dict[str, str]]) -> list[str]:
    """Return why the codes cannot all stand so, in the order of the file."""
    every = untouched | {key: one.cells for key, one in planned.items()}
    hotkeys = Counter(cells["hotkey"] for cells in every.values() if cells["hotkey"])
    found = []
    for one in planned.values():
        reasons = [*_of_itself(one), *_of_parent(one.cells, every), *_of_end(one.cells, every)]
        if hotkeys[one.cells["hotkey"]] > 1:
            reasons.append(f"another code has the hot-key “{one.cells['hotkey']}” too")
        found += [f"{_at(one)}: {reason}." for reason in reasons]
    return found


def _of_itself(one: Planned) -> list[str]:
    cells = one.cells
    if not _KEY.match(cells["key"]):
        return ["a key has 1 to 50 of a-z, A-Z, 0-9, - and _"]
    reasons = []
    if one.code:
        settled = [name for name in YES_OR_NO if (cells[name] == "yes") != getattr(one.code, name)]
        reasons += [f"“{name}” is settled; retire the code and add another" for name in settled]
    code = Code(key=cells["key"], **{name: cells[name] for name in OF_MODEL})
    try:
        code.clean_fields(exclude=["codebook", "parent", "merged_into", "split_from"])
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            reasons.append(f"{LABELS[name]} “{cells[name][:40]}”: {messages[0].rstrip('.')}")
    return reasons


def _of_parent(cells: dict[str, str], every: dict[str, dict[str, str]]) -> list[str]:
    parent = cells["parent"]
    if not parent:
        return []
    if parent == cells["key"]:
        return ["a code cannot stand below itself"]
    if parent not in every:
        return [f"there is no code “{parent}” for it to stand below"]
    if every[parent]["parent"]:
        return [f"“{parent}” stands below another code itself; a codebook has two levels"]
    if every[parent]["retired_at"] and not cells["retired_at"]:
        return [f"“{parent}”, above it, is retired"]
    return []


def _of_end(cells: dict[str, str], every: dict[str, dict[str, str]]) -> list[str]:
    """Return what is wrong with how a code was retired, merged or split off."""
    into = cells["merged_into"]
    reasons = []
    if cells["retired_at"] and moment_of(cells["retired_at"]) is None:
        reasons.append(f"“{cells['retired_at']}” is no time, such as 2025-01-31T12:00:00+00:00")
    if cells["retired_at"] and cells["hotkey"]:
        reasons.append("a retired code has no hot-key")
    if into and not cells["retired_at"]:
        reasons.append("a code that is merged is retired")
    for key in filter(None, (into, cells["split_from"])):
        if key not in every:
            reasons.append(f"there is no code “{key}”")
        elif key == cells["key"]:
            reasons.append("a code cannot be merged into itself or split from itself")
    seen = {cells["key"]}
    while into in every and into not in seen:
        seen.add(into)
        into = every[into]["merged_into"]
    if into and into in seen and into != cells["merged_into"]:
        reasons.append("codes are merged in a circle")
    return reasons


def moment_of(said: str) -> datetime | None:
    """Return the time that a cell says, None if it is none; without a zone it is in UTC."""
    try:
        at = parse_datetime(said) or parse_datetime(f"{said}T00:00:00")
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _at(one: Planned) -> str:
    return f"{one.place.capitalize()} (“{one.cells['key'][:50]}”)"
