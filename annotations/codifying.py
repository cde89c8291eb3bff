"""Codifying: add a code to a codebook, edit it, remove it while it is unused."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from annotations.models import Code, Codebook, Membership, Role, Study

# All that may change once tags name the code. The key may not: exports name codes by it.
EDITABLE = ("name", "definition", "include", "exclude", "examples", "sources", "colour", "hotkey")
# What a code asks and counts as is settled when it is added: tags were made by those rules.
RULES = ("asks_target", "marks_spans", "counts_as_bias")


class CodeRefused(ValueError):
    """The code cannot be as asked; `field` names the field at fault, if one is."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def may_codify(user: User, codebook: Codebook) -> bool:
    """Whether `user` may change the codebook: an owner of every study that uses it."""
    if user.is_superuser:
        return True
    owned = Membership.objects.filter(user=user, role=Role.OWNER).values("study")
    studies = Study.objects.filter(codebook=codebook)
    return studies.exists() and not studies.exclude(pk__in=owned).exists()


def add_code(codebook: Codebook, *, key: str, parent: Code | None = None, **words: Any) -> Code:
    """Add a code to the end of the codebook, or of those below `parent`.

    Raises CodeRefused if the key or the hot-key is taken, or the parent is
    itself a child: the list has two levels.
    """
    if parent is not None and (parent.codebook_id != codebook.pk or parent.parent_id):
        raise CodeRefused("A code goes below one of the codebook's own upper codes.", "parent")
    if codebook.codes.filter(key=key).exists():
        raise CodeRefused(f"The codebook has a code with the key “{key}” already.", "key")
    code = Code(
        codebook=codebook,
        key=key,
        parent=parent,
        position=_end_of(codebook, parent),
        **_checked(words, *EDITABLE, *RULES),
    )
    _check(code)
    try:
        with transaction.atomic():
            code.save(force_insert=True)
    except IntegrityError as error:
        raise CodeRefused("Somebody took that key at this moment. Choose another.") from error
    return code


def edit_code(code: Code, **words: Any) -> Code:
    """Change what the codebook says of a code; what changes nothing writes nothing.

    Raises CodeRefused for a hot-key that another code has.
    """
    asked = _checked(words, *EDITABLE)
    changed = [name for name, value in asked.items() if getattr(code, name) != value]
    if not changed:
        return code
    for name in changed:
        setattr(code, name, asked[name])
    _check(code)
    try:
        with transaction.atomic():
            code.save(update_fields=changed)
    except IntegrityError as error:
        raise CodeRefused("Somebody took that hot-key at this moment.", "hotkey") from error
    return code


def remove_code(code: Code) -> None:
    """Take an unused code out of its codebook. Raises CodeRefused once it was ever used."""
    try:
        with transaction.atomic():
            code.delete()
    except ProtectedError as error:
        raise CodeRefused(
            f"“{code.name}” is in use: tags, decisions or other codes name it, so it stays."
        ) from error


def _end_of(codebook: Codebook, parent: Code | None) -> int:
    """Return the position after the last; those that share one stand in order of creation."""
    if parent is None:
        last = codebook.codes.order_by("-position").first()
        return last.position + 1 if last else 0
    last = parent.children.order_by("-position").first()
    return last.position if last else parent.position


def _checked(words: dict[str, Any], *known: str) -> dict[str, Any]:
    if unknown := words.keys() - set(known):
        raise TypeError(f"not to be set here: {', '.join(sorted(unknown))}")
    # A native form post sends \r\n; what was not touched must compare equal.
    return {
        name: value.replace("\r\n", "\n") if isinstance(value, str) else value
        for name, value in words.items()
    }


def _check(code: Code) -> None:
    """Raise CodeRefused for what the database would refuse with less to say."""
    others = code.codebook.codes.exclude(pk=code.pk)
    if code.hotkey and (other := others.filter(hotkey=code.hotkey).first()):
        raise CodeRefused(f"“{code.hotkey}” is the hot-key of “{other.name}”.", "hotkey")
    try:
        code.clean_fields(exclude=["codebook", "parent"])
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise CodeRefused(problems[0], field) from error
