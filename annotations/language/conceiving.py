"""Concepts and the names outlets give them: make, edit, join and delete them; leave places out."""

import unicodedata
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.language.naming import Name, Names, same_as
from annotations.models import Concept, ConceptExclusion, ConceptName, Membership, Role, Study
from annotations.texts.anchoring import shortened
from sources.models import Revision

NAME_LIMIT = 200  # characters, of a concept's own name and of a wording


class ConceptRefused(ValueError):
    """It cannot be as asked; the message says what to do."""


class ConceptConflict(ConceptRefused):
    """Somebody edited the concept since it was opened. `current` is what stands now."""

    def __init__(self, current: Concept) -> None:
        super().__init__(
            "Somebody edited this concept since you opened it. What you entered is kept in the "
            "form: compare it with what stands now and save again."
        )
        self.current = current


def make_concept(
    study: Study,
    name: str,
    *,
    kind: str = Concept.Kind.OTHER,
    note: str = "",
    wordings: Iterable[str] = (),
    author: User,
) -> Concept:
    """Return a new concept that goes by `wordings`; one that is given twice counts once.

    Raises ConceptRefused if the study has a concept of that name, whatever its
    case, or if a wording cannot be a name; nothing is written then.
    """
    name = _checked_name(name)
    with transaction.atomic():
        _lock_names_of(study.pk)
        _refuse_twin(study.pk, name)
        concept = Concept.objects.create(
            study=study, name=name, kind=_checked_kind(kind), note=note.strip(), created_by=author
        )
        different = {same_as(wording): wording for wording in wordings if wording.strip()}
        for wording in different.values():
            add_name(concept, wording, author=author)
    return concept


def edit_concept(concept: Concept, *, name: str, kind: str, note: str, version: int) -> Concept:
    """Change what the concept is called here, its kind and its note; the same writes nothing.

    `version` is the one the editor saw: raises ConceptConflict if another stands
    now, ConceptRefused as `make_concept` does.
    """
    wanted = {"name": _checked_name(name), "kind": _checked_kind(kind), "note": note.strip()}
    with transaction.atomic():
        _lock_names_of(concept.study_id)
        current = _locked(concept)
        if all(getattr(current, field) == value for field, value in wanted.items()):
            return current
        if current.version != version:
            raise ConceptConflict(current)
        _refuse_twin(current.study_id, wanted["name"], but=current.pk)
        for field, value in wanted.items():
            setattr(current, field, value)
        current.version += 1
        current.save(update_fields=[*wanted, "version"])
    return current


def add_name(concept: Concept, wording: str, *, author: User) -> ConceptName:
    """Let `wording` count for the concept. Raises ConceptRefused if it does so already."""
    wording = checked_wording(wording)
    with transaction.atomic():
        _locked(concept)
        _refuse_same(concept, wording)
        return ConceptName.objects.create(concept=concept, wording=wording, created_by=author)


def removable(concept: Concept, user: User) -> QuerySet[ConceptName]:
    """Return the names that `user` may remove or move: all for who moderates the study, else
    what they added themselves, unless somebody else left out places of it. Two queries."""
    if _moderates(user, concept.study_id):
        return concept.names.all()
    others = ConceptExclusion.objects.filter(name=OuterRef("pk")).exclude(excluded_by=user.pk)
    return concept.names.filter(~Exists(others), created_by=user.pk)


def remove_name(name: ConceptName, *, editor: User) -> None:
    """Let the name count no longer; the places that were left out are forgotten with it.

    Raises PermissionDenied unless the name is `removable`. Twice is once.
    """
    with transaction.atomic():
        _locked(name.concept)
        current = name.concept.names.filter(pk=name.pk).first()
        if current is None:
            return
        _check_right(removable(name.concept, editor).filter(pk=name.pk).exists())
        current.delete()


def move_name(name: ConceptName, to: Concept, *, editor: User) -> ConceptName:
    """Let the name count for another concept of the study, with the places that are left out.

    Raises PermissionDenied unless it is `removable`, ConceptRefused if the other has it already.
    """
    with transaction.atomic():
        _lock_both(name.concept, to)
        current = name.concept.names.filter(pk=name.pk).first()
        if current is None:
            raise ConceptRefused("This name was removed or moved meanwhile. Reload the page.")
        _check_right(removable(name.concept, editor).filter(pk=name.pk).exists())
        _refuse_same(to, current.wording)
        current.concept = to
        current.save(update_fields=["concept"])
    return current


def exclude_place(
    name: ConceptName, revision: Revision, *, start: int, end: int, reviewer: User
) -> ConceptExclusion:
    """Leave out a place where the name stands and means something else. Twice is once.

    Raises ConceptRefused if the name does not stand at [start, end) of the revision.
    """
    wording = Names([Name(name.pk, name.concept_id, name.wording)])
    if (start, end) not in {(one.start, one.end) for one in wording.find(revision.text)}:
        raise ConceptRefused(
            f"“{shortened(name.wording)}” does not stand at {start}–{end} of this text."
        )
    exclusion, _ = ConceptExclusion.objects.get_or_create(
        name=name, revision=revision, start=start, end=end, defaults={"excluded_by": reviewer}
    )
    return exclusion


def readmit_place(concept: Concept, exclusion: int) -> None:
    """Count a place of the concept again that was left out. Twice is once."""
    ConceptExclusion.objects.filter(name__concept=concept, pk=exclusion).delete()


def may_delete(concept: Concept, user: User) -> bool:
    """Return whether `user` moderates the study, or made the concept and all that is in it."""
    others = ~Q(created_by=user.pk) | Q(
        exclusions__in=ConceptExclusion.objects.exclude(excluded_by=user.pk)
    )
    mine = concept.created_by_id == user.pk
    return (mine and not concept.names.filter(others).exists()) or _moderates(
        user, concept.study_id
    )


def delete_concept(concept: Concept, *, editor: User) -> None:
    """Delete the concept with its names and the places left out. Twice is once.

    Raises PermissionDenied unless `may_delete`.
    """
    with transaction.atomic():
        current = Concept.objects.select_for_update().filter(pk=concept.pk).first()
        if current is None:
            return
        _check_right(may_delete(current, editor))
        current.delete()


def merge_concepts(concept: Concept, into: Concept, *, editor: User) -> Concept:
    """Give all names of `concept` to `into`, and delete it; return `into`.

    A name that both have is one, with the places left out of either. The note
    goes to the end of the other's. Raises PermissionDenied unless `may_delete`
    says so of `concept`, ConceptRefused if both are one or of different studies.
    """
    if concept.pk == into.pk or concept.study_id != into.study_id:
        raise ConceptRefused("Choose another concept of this study to merge it with.")
    with transaction.atomic():
        current, kept = _lock_both(concept, into)
        _check_right(may_delete(current, editor))
        by_key = {same_as(name.wording): name for name in kept.names.all()}
        for name in current.names.all():
            twin = by_key.get(same_as(name.wording))
            if twin:
                _move_exclusions(name, twin)
            else:
                name.concept = kept
                name.save(update_fields=["concept"])
        if current.note:
            kept.note = f"{kept.note}\n\n{current.note}".strip()[:10_000]
            kept.version += 1
            kept.save(update_fields=["note", "version"])
        current.delete()
    return kept


def checked_wording(wording: str) -> str:
    """Return the wording with single spaces; raises ConceptRefused if it cannot be a name."""
    wording = unicodedata.normalize("NFC", " ".join(wording.replace("\0", "").split()))
    if not same_as(wording):
        raise ConceptRefused("A name needs a word, as it stands in the articles.")
    if len(wording) > NAME_LIMIT:
        raise ConceptRefused(
            f"The name has {len(wording)} characters; {NAME_LIMIT} is the limit. "
            "Take the words that name it, without those around them."
        )
    return wording


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ConceptRefused("Give the concept a neutral name.")
    if len(name) > NAME_LIMIT:
        raise ConceptRefused(f"The concept's name is longer than {NAME_LIMIT} characters.")
    return name


def _checked_kind(kind: str) -> str:
    if kind not in Concept.Kind.values:
        raise ConceptRefused(
            f"“{kind}” is not a kind. Use one of {', '.join(Concept.Kind.values)}."
        )
    return kind


def _lock_names_of(study: int) -> None:
    """Keep two at once from naming two concepts of the study alike; tagging goes on meanwhile."""
    Study.objects.select_for_update(no_key=True).get(pk=study)


def _refuse_twin(study: int, name: str, but: int = 0) -> None:
    twin = Concept.objects.filter(study=study, name__iexact=name).exclude(pk=but).first()
    if twin:
        raise ConceptRefused(f"There is a concept “{twin}” already. Add the names to that one.")


def _refuse_same(concept: Concept, wording: str) -> None:
    for name in concept.names.all():
        if same_as(name.wording) == same_as(wording):
            as_it_is = "" if name.wording == wording else f" (as “{name.wording}”)"
            raise ConceptRefused(f"“{wording}” is a name of “{concept}” already{as_it_is}.")


def _locked(concept: Concept) -> Concept:
    current = Concept.objects.select_for_update().filter(pk=concept.pk).first()
    if current is None:
        raise ConceptRefused("This concept was deleted or merged meanwhile.")
    return current


def _lock_both(one: Concept, other: Concept) -> tuple[Concept, Concept]:
    """Lock two concepts of a study, always in the same order, so that two at once do not block."""
    both = Concept.objects.select_for_update().filter(study=one.study_id).order_by("pk")
    found = {each.pk: each for each in both.filter(pk__in=[one.pk, other.pk])}
    if not {one.pk, other.pk} <= found.keys():
        raise ConceptRefused("One of the two concepts was deleted or merged meanwhile.")
    return found[one.pk], found[other.pk]


def _move_exclusions(name: ConceptName, twin: ConceptName) -> None:
    there = set(twin.exclusions.values_list("revision", "start", "end"))
    for exclusion in name.exclusions.all():
        if (exclusion.revision_id, exclusion.start, exclusion.end) not in there:
            exclusion.name = twin
            exclusion.save(update_fields=["name"])


def _moderates(user: User, study: int) -> bool:
    if user.is_superuser:
        return True
    moderators = Membership.objects.filter(study=study, role__gte=Role.MODERATOR)
    return moderators.filter(user=user.pk).exists()


def _check_right(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied("Others have worked on this; ask a moderator.")
