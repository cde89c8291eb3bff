"""Codifying: add a code to a codebook, edit it, give it another key, remove it while unused.

Every step makes one revision of the codebook, with the state of each code that it changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from annotations.codebook.codes import former_keys
from annotations.models import (
    Code,
    Codebook,
    CodebookRevision,
    CodeState,
    Membership,
    Role,
    Study,
)
from annotations.models.codebook import Wording

# All that an edit may change; tags and exports name the code by its key, which `rename_key` gives.
EDITABLE = ("name", "definition", "include", "exclude", "examples", "sources", "colour", "hotkey")
# What a code asks and counts as is settled when it is added: tags were made by those rules.
RULES = ("asks_target", "marks_spans", "counts_as_bias")
WORDING = tuple(each.name for each in Wording._meta.get_fields())


class CodeRefused(ValueError):
    """The code cannot be as asked; `field` names the field at fault, if one is."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(slots=True)
class Step:
    """A revision in the making: the pks of the codes that it changed, and those it removes."""

    revision: CodebookRevision
    changed: set[int] = field(default_factory=set)
    removed: dict[int, Code] = field(default_factory=dict)

    def changes(self, *codes: Code) -> None:
        self.changed |= {code.pk for code in codes}

    def removes(self, code: Code) -> None:
        self.removed[code.pk] = Code.objects.get(pk=code.pk)


def may_codify(user: User, codebook: Codebook) -> bool:
    """Whether `user` may change the codebook: an owner of every study that uses it."""
    if user.is_superuser:
        return True
    owned = Membership.objects.filter(user=user, role=Role.OWNER).values("study")
    studies = Study.objects.filter(codebook=codebook)
    return studies.exists() and not studies.exclude(pk__in=owned).exists()


@contextmanager
def revising(
    codebook: Codebook, said: str, *, reason: str = "", made_by: User | None
) -> Iterator[Step]:
    """Make one revision of the codebook of what is done within, all or nothing.

    Others who change the codebook wait. What changes no code makes no revision.
    """
    with transaction.atomic():
        locked = Codebook.objects.select_for_update().get(pk=codebook.pk)
        _begin_history(locked)
        revision = CodebookRevision(
            codebook=locked,
            number=locked.revision + 1,
            said=said[:500],
            reason=reason.replace("\r\n", "\n").strip(),
            made_by=made_by,
        )
        step = Step(revision)
        yield step
        if step.changed or step.removed:
            revision.save(force_insert=True)
            # As they stand now, whatever else the instances remember.
            _keep_states(revision, Code.objects.filter(pk__in=step.changed), step.removed)
            locked.revision = codebook.revision = revision.number
            locked.save(update_fields=["revision"])


def begin_history(codebook: Codebook, said: str, *, made_by: User | None = None) -> None:
    """Make the codebook, which has no history yet, its first revision, with its codes so far."""
    first = CodebookRevision(
        codebook=codebook, number=codebook.revision, said=said, made_by=made_by
    )
    first.save(force_insert=True)
    _keep_states(first, codebook.codes.all())


def add_code(
    codebook: Codebook, *, key: str, parent: Code | None = None, made_by: User | None, **words: Any
) -> Code:
    """Add a code to the end of the codebook, or of those below `parent`.

    Raises CodeRefused if the key or the hot-key is taken, or the parent is
    itself a child: the list has two levels.
    """
    with revising(codebook, f"Added “{words['name']}”.", made_by=made_by) as step:
        code = new_code(codebook, key=key, parent=parent, **words)
        step.changes(code)
    return code


def new_code(codebook: Codebook, *, key: str, parent: Code | None = None, **words: Any) -> Code:
    """Store a code as `add_code` does, within a revision that is being made."""
    if parent is not None and (parent.codebook_id != codebook.pk or parent.parent_id):
        raise CodeRefused("A code goes below one of the codebook's own upper codes.", "parent")
    if parent is not None and parent.retired_at:
        raise CodeRefused(f"“{parent.name}” is retired: nothing new goes below it.", "parent")
    _check_key(codebook, key)
    words = {"position": end_of(codebook, parent)} | words
    code = Code(
        codebook=codebook,
        key=key,
        parent=parent,
        **_checked(words, *EDITABLE, *RULES, "position", "split_from"),
    )
    store(code)
    return code


def edit_code(code: Code, *, reason: str = "", made_by: User | None, **words: Any) -> Code:
    """Change what the codebook says of a code; what changes nothing writes nothing.

    Raises CodeRefused for a hot-key that another code has.
    """
    asked = _checked(words, *EDITABLE)
    changed = [name for name, value in asked.items() if getattr(code, name) != value]
    if not changed:
        return code
    fields = ", ".join(changed).replace("hotkey", "hot-key")
    said = f"Edited “{code.name}”: {fields}."
    if "name" in changed:
        said = f"Renamed “{code.name}” to “{asked['name']}”."
    with revising(code.codebook, said, reason=reason, made_by=made_by) as step:
        for name in changed:
            setattr(code, name, asked[name])
        store(code, changed)
        step.changes(code)
    return code


def rename_key(code: Code, key: str, *, reason: str = "", made_by: User | None) -> Code:
    """Give a code another key; the former one goes on to mean it. Raises CodeRefused."""
    if key == code.key:
        return code
    said = f"Gave “{code.name}” the key “{key}” in place of “{code.key}”."
    with revising(code.codebook, said, reason=reason, made_by=made_by) as step:
        _check_key(code.codebook, key, code)
        code.key = key
        store(code, ["key"])
        step.changes(code)
    return code


def remove_code(code: Code, *, made_by: User | None) -> None:
    """Take an unused code out of its codebook. Raises CodeRefused once it was ever used."""
    try:
        with revising(code.codebook, f"Removed “{code.name}”.", made_by=made_by) as step:
            step.removes(code)
            code.delete()
    except ProtectedError as error:
        raise CodeRefused(
            f"“{code.name}” is in use: tags, decisions or other codes name it, so it stays. "
            "Retire it, and no new tag takes it."
        ) from error


def store(code: Code, changed: list[str] | None = None) -> None:
    """Save a code, or those fields of it, if it can be so. Raises CodeRefused."""
    check(code)
    try:
        with transaction.atomic():
            code.save(force_insert=code.pk is None, update_fields=changed)
    except IntegrityError as error:
        raise CodeRefused("Somebody took that key or hot-key at this moment.") from error


def check(code: Code) -> None:
    """Raise CodeRefused for what the database would refuse with less to say."""
    if code.hotkey and code.retired_at:
        raise CodeRefused("A retired code tags nothing, so it has no hot-key.", "hotkey")
    others = code.codebook.codes.exclude(pk=code.pk)
    if code.hotkey and (other := others.filter(hotkey=code.hotkey).first()):
        raise CodeRefused(f"“{code.hotkey}” is the hot-key of “{other.name}”.", "hotkey")
    try:
        code.clean_fields(exclude=["codebook", "parent", "merged_into", "split_from"])
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise CodeRefused(problems[0], field) from error


def end_of(codebook: Codebook, parent: Code | None) -> int:
    """Return the position after the last; those that share one stand in order of creation."""
    if parent is None:
        last = codebook.codes.order_by("-position").first()
        return last.position + 1 if last else 0
    last = parent.children.order_by("-position").first()
    return last.position if last else parent.position


def _check_key(codebook: Codebook, key: str, code: Code | None = None) -> None:
    """Raise CodeRefused for a key that means, or meant, another code of the codebook."""
    if codebook.codes.filter(key=key).exists():
        raise CodeRefused(f"The codebook has a code with the key “{key}” already.", "key")
    meant = former_keys(codebook).get(key)
    if meant and meant != (code and code.pk):
        name = codebook.codes.get(pk=meant).name
        raise CodeRefused(
            f"“{key}” was the key of “{name}”, and older exports name that code by it. "
            "Choose another.",
            "key",
        )


def _checked(words: dict[str, Any], *known: str) -> dict[str, Any]:
    if unknown := words.keys() - set(known):
        raise TypeError(f"not to be set here: {', '.join(sorted(unknown))}")
    # A native form post sends \r\n; what was not touched must compare equal.
    return {
        name: value.replace("\r\n", "\n") if isinstance(value, str) else value
        for name, value in words.items()
    }


def _begin_history(codebook: Codebook) -> None:
    """Keep how the codebook stood, if it was made where no history is kept."""
    if codebook.revisions.exists():
        return
    begin_history(codebook, "The codebook as it stood when its history began.")


def _keep_states(
    revision: CodebookRevision, codes: Iterable[Code], removed: Mapping[int, Code] | None = None
) -> None:
    gone = dict(removed or {})
    rows = {code.pk: code for code in codes} | gone
    pairs = Code.objects.filter(codebook=revision.codebook).values_list("pk", "key")
    keys: dict[int | None, str] = {None: "", **dict(pairs)}
    CodeState.objects.bulk_create(
        CodeState(
            revision=revision,
            code_number=number,
            parent_key=keys[code.parent_id],
            merged_into_key=keys[code.merged_into_id],
            split_from_key=keys[code.split_from_id],
            removed=number in gone,
            **{name: getattr(code, name) for name in WORDING},
        )
        for number, code in rows.items()
    )
