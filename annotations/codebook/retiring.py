"""Retiring: end a code's use, by itself, into another code or into several, and bring it back.

A retired code keeps its tags; the work list (`annotations.codebook.worklist`) leads to them. Each
step is one revision of the codebook.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from annotations.codebook.codifying import RULES, CodeRefused, check, new_code, revising, store
from annotations.models import Code, CodeState

MOST_PARTS = 6
SETTLED = {
    "asks_target": "only one of them asks for a target and a polarity",
    "marks_spans": "only one of them marks words",
    "counts_as_bias": "only one of them counts as bias",
}


def retire_code(code: Code, *, reason: str = "", made_by: User | None) -> Code:
    """Let no new tag take the code; its hot-key is free again. Raises CodeRefused."""
    with revising(code.codebook, f"Retired “{code.name}”.", reason=reason, made_by=made_by) as step:
        code = _in_use(code)
        if code.retired_at:
            raise CodeRefused(f"“{code.name}” is retired already.")
        end_use(code)
        step.changes(code)
    return code


def merge_code(code: Code, into: Code, *, reason: str = "", made_by: User | None) -> Code:
    """Retire a code in favour of `into`, as which its tags count from now on.

    Raises CodeRefused for what would make tags break a rule, and for a circle.
    """
    said = f"Merged “{code.name}” into “{into.name}”."
    with revising(code.codebook, said, reason=reason, made_by=made_by) as step:
        code = _in_use(code)
        into = Code.objects.get(pk=into.pk)
        check_merge(code, into)
        end_use(code, into)
        step.changes(code)
    return code


def split_code(
    code: Code, parts: Sequence[Mapping[str, Any]], *, reason: str = "", made_by: User | None
) -> list[Code]:
    """Retire a code in favour of new ones beside it, each with its key and wording.

    They ask and count as it did. Which of them a tag is, people say in the work list.
    """
    if not 2 <= len(parts) <= MOST_PARTS:
        raise CodeRefused(f"Split a code into 2 to {MOST_PARTS}.")
    names = ", ".join(f"“{part['name']}”" for part in parts)
    said = f"Split “{code.name}” into {names}."
    with revising(code.codebook, said, reason=reason, made_by=made_by) as step:
        code = _in_use(code)
        end_use(code)
        rules: dict[str, Any] = {name: getattr(code, name) for name in RULES}
        beside = {"parent": code.parent, "position": code.position, "split_from": code}
        made = [new_code(code.codebook, **(beside | rules | dict(part))) for part in parts]
        step.changes(code, *made)
    return made


def restore_code(code: Code, *, reason: str = "", made_by: User | None) -> Code:
    """Let tags take a retired code again; what was merged counts as itself. Raises CodeRefused."""
    said = f"Restored “{code.name}”."
    with revising(code.codebook, said, reason=reason, made_by=made_by) as step:
        code = Code.objects.select_related("parent", "codebook").get(pk=code.pk)
        if code.retired_at is None:
            raise CodeRefused(f"“{code.name}” is in use: there is nothing to restore.")
        begin_use(code)
        step.changes(code)
    return code


def end_use(code: Code, into: Code | None = None) -> None:
    """Mark a code as retired from now on, within a revision that is being made."""
    code.retired_at = timezone.now()
    code.merged_into = into
    code.hotkey = ""
    store(code, ["retired_at", "merged_into", "hotkey"])


def begin_use(code: Code) -> None:
    """Mark a retired code as in use, with the hot-key that it had if that is free."""
    if code.parent and code.parent.retired_at:
        raise CodeRefused(f"“{code.parent.name}”, above it, is retired. Restore that first.")
    had = CodeState.objects.filter(code_number=code.pk, retired_at=None).order_by(
        "-revision__number"
    )
    hotkey = had.values_list("hotkey", flat=True).first() or ""
    is_taken = code.codebook.codes.exclude(pk=code.pk).filter(hotkey=hotkey).exists()
    code.hotkey = "" if is_taken else hotkey
    code.retired_at = code.merged_into = None
    store(code, ["retired_at", "merged_into", "hotkey"])


def check_merge(code: Code, into: Code) -> None:
    """Raise CodeRefused where tags of `code` cannot count as tags of `into`."""
    if into.codebook_id != code.codebook_id:
        raise CodeRefused("Choose a code of the same codebook.", "into")
    if into.pk == code.pk:
        raise CodeRefused("A code cannot be merged into itself.", "into")
    if into.retired_at:
        raise CodeRefused(f"“{into.name}” is retired. Choose a code that is in use.", "into")
    if into.parent_id == code.pk:
        raise CodeRefused(f"“{into.name}” stands below “{code.name}”.", "into")
    for rule, why in SETTLED.items():
        if getattr(code, rule) != getattr(into, rule):
            raise CodeRefused(
                f"“{code.name}” and “{into.name}” do not go together: {why}. Retire the one, "
                "and give its tags the other code in the work list.",
                "into",
            )


def _in_use(code: Code) -> Code:
    """Return the code as it stands, if it may be retired; merging may follow on retiring."""
    code = Code.objects.select_related("parent", "codebook").get(pk=code.pk)
    if code.merged_into_id:
        raise CodeRefused(f"“{code.name}” is merged into another code already. Restore it first.")
    check_no_children(code)
    check(code)
    return code


def check_no_children(code: Code) -> None:
    """Raise CodeRefused for a code that is the upper one of codes in use."""
    if below := list(code.children.filter(retired_at=None)):
        names = ", ".join(f"“{each.name}”" for each in below)
        raise CodeRefused(f"“{code.name}” stands above {names}. Retire or merge those first.")
