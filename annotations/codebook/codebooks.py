"""Codebooks from files: a new one, or changes to one that is there, which are one revision."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from annotations.codebook.codebook_files import YES_OR_NO, Row, read_file
from annotations.codebook.codebook_plan import (
    DEFAULTS,
    OF_MODEL,
    Plan,
    Planned,
    moment_of,
    plan_import,
)
from annotations.codebook.codifying import (
    CodeRefused,
    Step,
    begin_history,
    new_code,
    revising,
    store,
)
from annotations.codebook.retiring import check_no_children, end_use
from annotations.models import Code, Codebook

DEFAULT = Path(__file__).with_name("default_codebook.csv")
DEFAULT_NAME = "Framing codes"


def default_codebook() -> Codebook:
    """Return the codebook that ships with Parallax, stored at first use."""
    known = Codebook.objects.filter(name=DEFAULT_NAME).first()
    return known or load_codebook(read_codebook(DEFAULT), name=DEFAULT_NAME)


def read_codebook(path: Path) -> list[dict[str, str]]:
    """Return the rows of a codebook's file by column."""
    return [row.cells for row in read_file(path.read_bytes())]


@transaction.atomic
def load_codebook(
    rows: Iterable[Mapping[str, str]], *, name: str, made_by: User | None = None
) -> Codebook:
    """Store a codebook of these codes, all or nothing, as its first revision.

    Raises CodeRefused for a code that cannot be, KeyError without key, name or definition.
    """
    codebook = Codebook.objects.create(name=name)
    whole = [DEFAULTS | dict(row) for row in rows]
    codes: dict[str, Code] = {}
    for row in sorted(whole, key=lambda row: bool(row["parent"])):
        codes[row["key"]] = _new(codebook, row, codes)
    for row in whole:
        _end(codes[row["key"]], row, codes)
    begin_history(codebook, "The codebook as it began.", made_by=made_by)
    return codebook


def import_codes(
    codebook: Codebook,
    rows: Sequence[Row],
    *,
    seen: int,
    retire_missing: bool = False,
    reason: str = "",
    made_by: User | None,
) -> Plan:
    """Carry out what `plan_import` says of the rows, all or nothing; return the plan.

    `seen` is the revision of the codebook that the person saw the plan for. Raises CodeRefused
    if there is a newer one, or the plan has problems.
    """
    said = "Imported a file."
    with revising(codebook, said, reason=reason, made_by=made_by) as step:
        if step.revision.number != seen + 1:
            raise CodeRefused("The codebook was changed since then. Look at the changes again.")
        plan = plan_import(codebook, rows)
        if plan.problems:
            raise CodeRefused(plan.problems[0])
        missing = plan.missing if retire_missing else []
        _carry_out(codebook, plan, step)
        for code in sorted(missing, key=lambda code: code.parent_id is None):
            code.refresh_from_db()
            check_no_children(code)
            end_use(code)
            step.changes(code)
        step.revision.said = _said(plan, len(missing))
    return plan


def _said(plan: Plan, retired: int) -> str:
    parts = [f"{len(plan.added)} added", f"{len(plan.changed)} changed"]
    if retired:
        parts.append(f"{retired} retired")
    if plan.order:
        parts.append("in another order")
    return f"Imported a file: {', '.join(parts)}."


def _carry_out(codebook: Codebook, plan: Plan, step: Step) -> None:
    codes = {code.key: code for code in codebook.codes.select_related("parent", "codebook")}
    for one in plan.changed:  # first, so that two codes can exchange their hot-keys
        code = codes[one.cells["key"]]
        if code.hotkey != one.cells["hotkey"]:
            code.hotkey = ""
            store(code, ["hotkey"])
    for one in sorted(plan.added, key=lambda one: bool(one.cells["parent"])):
        codes[one.cells["key"]] = _new(codebook, one.cells, codes)
        step.changes(codes[one.cells["key"]])
    for one in plan.changed:
        _change(codes[one.cells["key"]], one, codes)
        step.changes(codes[one.cells["key"]])
    for one in [*plan.added, *plan.changed]:
        _end(codes[one.cells["key"]], one.cells, codes)
    for position, key in enumerate(plan.order):
        if codes[key].position != position:
            codes[key].position = position
            store(codes[key], ["position"])
            step.changes(codes[key])


def _new(codebook: Codebook, cells: Mapping[str, str], codes: Mapping[str, Code]) -> Code:
    words: dict[str, Any] = {name: cells[name] for name in OF_MODEL}
    words |= {name: cells[name] == "yes" for name in YES_OR_NO}
    parent = codes[cells["parent"]] if cells["parent"] else None
    return new_code(codebook, key=cells["key"], parent=parent, **words)


def _change(code: Code, one: Planned, codes: Mapping[str, Code]) -> None:
    for name in OF_MODEL:
        setattr(code, name, one.cells[name])
    code.parent = codes[one.cells["parent"]] if one.cells["parent"] else None
    if not one.cells["retired_at"]:
        code.retired_at = code.merged_into = None
    store(code, [*OF_MODEL, "parent", "retired_at", "merged_into"])


def _end(code: Code, cells: Mapping[str, str], codes: Mapping[str, Code]) -> None:
    """Retire the code, or name what it came from, as the file says."""
    if not (cells["retired_at"] or cells["split_from"] or code.split_from_id):
        return
    code.retired_at = moment_of(cells["retired_at"]) if cells["retired_at"] else None
    code.merged_into = codes[cells["merged_into"]] if cells["merged_into"] else None
    code.split_from = codes[cells["split_from"]] if cells["split_from"] else None
    store(code, ["retired_at", "merged_into", "split_from"])
