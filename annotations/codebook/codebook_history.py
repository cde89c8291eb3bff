"""The history of a codebook: its revisions with what each changed, and how it stood at any.

Questions only; nothing here writes. All states of a codebook are read at once: they are few, and
each says what changed only beside the one before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from annotations.codebook.codebook_plan import (
    CodeChange,
    FieldChange,
    cells_of,
    changes_of,
    in_order,
)
from annotations.models import Codebook, CodebookRevision, CodeState

Rows = dict[int, dict[str, str]]  # how codes stand, as a file has them, by their pks


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision with its changes; of the first there are none, for all began there."""

    revision: CodebookRevision
    changes: list[CodeChange]
    codes: int  # in use after it


@dataclass(slots=True)
class Standing:
    """A code as it stood, with those below it."""

    number: int
    row: dict[str, str]
    children: list["Standing"] = field(default_factory=list)


def entries_of(codebook: Codebook, numbers: Iterable[int]) -> list[Entry]:
    """Return these revisions of the codebook, the newest first. Two queries."""
    wanted = set(numbers)
    revisions = {
        revision.number: revision
        for revision in codebook.revisions.select_related("made_by").order_by("number")
    }
    stands: Rows = {}
    found = []
    first = min(revisions, default=0)
    states = _states(codebook)
    for number, revision in revisions.items():
        then = _after(stands, states.get(number, []))
        if number in wanted:
            changes = [] if number == first else _changes(stands, then, states.get(number, []))
            in_use = sum(not row["retired_at"] for row in then.values())
            found.append(Entry(revision, changes, in_use))
        stands = then
    return found[::-1]


def standing_at(codebook: Codebook, number: int) -> list[Standing]:
    """Return the upper codes as they stood at a revision, each with its own. One query."""
    rows = rows_at(codebook, number)
    numbers = {row["key"]: pk for pk, row in rows.items()}
    by_key = {row["key"]: Standing(numbers[row["key"]], row) for row in rows.values()}
    upper: list[Standing] = []
    for key in in_order(list(rows.values())):
        parent = by_key[key].row["parent"]
        (by_key[parent].children if parent else upper).append(by_key[key])
    return upper


def difference(codebook: Codebook, old: int, new: int) -> list[CodeChange]:
    """Return in what two revisions differ, code by code. Two queries."""
    return _changes(rows_at(codebook, old), rows_at(codebook, new))


def rows_at(codebook: Codebook, number: int) -> Rows:
    """Return the codes as they stood at a revision, in their order. One query."""
    stands: Rows = {}
    positions: dict[int, int] = {}
    for at, states in _states(codebook).items():
        if at <= number:
            stands = _after(stands, states)
            positions |= {state.code_number: state.position for state in states}
    return dict(sorted(stands.items(), key=lambda one: (positions[one[0]], one[0])))


def _states(codebook: Codebook) -> dict[int, list[CodeState]]:
    """Return the states by the number of their revision, from the first on."""
    states = CodeState.objects.filter(revision__codebook=codebook).select_related("revision")
    found: dict[int, list[CodeState]] = {}
    for state in states.order_by("revision__number", "position", "code_number"):
        found.setdefault(state.revision.number, []).append(state)
    return found


def _after(stands: Rows, states: Iterable[CodeState]) -> Rows:
    """Return how the codes stand after these states; a key that changed is so everywhere."""
    then = dict(stands)
    keys = {}
    for state in states:
        before = then.get(state.code_number)
        if before and before["key"] != state.key:
            keys[before["key"]] = state.key
        if state.removed:
            then.pop(state.code_number, None)
            continue
        ended = state.merged_into_key, state.split_from_key
        then[state.code_number] = cells_of(state, state.parent_key, *ended)
    if keys:
        named = ("parent", "merged_into", "split_from")
        then = {
            number: row | {name: keys.get(row[name], row[name]) for name in named}
            for number, row in then.items()
        }
    return then


def _changes(
    old: Mapping[int, dict[str, str]],
    new: Mapping[int, dict[str, str]],
    touched: Iterable[CodeState] = (),
) -> list[CodeChange]:
    """Return what differs, in the order of the newer, and of what was `touched` what only moved."""
    moved = {state.code_number for state in touched}
    found = []
    for number, row in new.items():
        if number not in old:
            kind = "split off" if row["split_from"] else "added"
            found.append(CodeChange(number, row["key"], row["name"], kind, []))
            continue
        fields = changes_of(old[number], row)
        if fields or number in moved:
            kind = _kind(old[number], row) if fields else "moved"
            found.append(CodeChange(number, row["key"], row["name"], kind, _worth_saying(fields)))
    gone = old.keys() - new.keys()
    found += [CodeChange(n, old[n]["key"], old[n]["name"], "removed", []) for n in sorted(gone)]
    return found


def _kind(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    if new["merged_into"] and old["merged_into"] != new["merged_into"]:
        return "merged"
    if new["retired_at"] and not old["retired_at"]:
        return "retired"
    if old["retired_at"] and not new["retired_at"]:
        return "restored"
    return "changed"


def _worth_saying(fields: list[FieldChange]) -> list[FieldChange]:
    """Leave out the time of retirement, which the revision's own time says."""
    return [one for one in fields if one.label != "Retired"]
