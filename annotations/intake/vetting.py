"""Whether an annotation of a file may stand in a study: the checks of the desk, for many rows."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annotations.codebook.codes import former_keys
from annotations.intake.decisions import LEAVE_OUT, Decisions
from annotations.intake.shelves import unstorable
from annotations.interchange.records import AnnotationRecord
from annotations.models import Code, Membership, Polarity, Role, Study, Voice
from annotations.tags.tagging import TagRefused, check_coding, check_not_retired
from annotations.team.assignments import UNDER_WAY
from annotations.team.taking_part import PartRefused, begin_tagging

LONGEST = {"target": 200, "speaker": 200, "note": 10_000}
EARLIEST = 1900  # a year before which nobody tagged, and dates are mistakes
Found = TypeVar("Found")
# To ask an enumeration takes longer than all else that is checked.
POLARITIES, VOICES = tuple(Polarity.values), tuple(Voice.values)
OUTLET = Voice.OUTLET.value
TEXTS = ("exact", "prefix", "suffix", "code", "annotator", "target", "speaker", "note")
_texts = attrgetter(*TEXTS)


class Refused(ValueError):
    """The annotation cannot stand; the message says why."""


class UnknownName(Refused):
    """Nobody said which code a label means, or which member a name."""


@dataclass(frozen=True, slots=True)
class Vetted:
    """An annotation that may stand, but for its place. `annotator` is a pk; below 0: pretended."""

    code: Code
    annotator: int
    username: str
    coding: dict[str, Any]
    codebook_revision: int
    created_at: datetime
    updated_at: datetime
    id: uuid.UUID | None


class Vetting:
    """Checks the annotations of one file. A dry run makes no reviewers, and checks as if it had."""

    def __init__(self, study: Study, decisions: Decisions, *, dry_run: bool) -> None:
        self._study, self._decisions, self._dry_run = study, decisions, dry_run
        self._now = timezone.now()
        self._newest = study.codebook.revision
        self._codes: dict[str, Code | Refused] = {}
        self._members = dict(study.memberships.values_list("user__username", "user_id"))
        self._people: dict[str, tuple[int, str] | Refused] = {}
        self._not_begun: set[tuple[int, int]] = set()
        self._known_codes = _codes_by_name(study)
        self.people_made: list[str] = []

    def vet(self, record: AnnotationRecord) -> Vetted:
        """Return what of the record is to be stored. Raises Refused."""
        said = _texts(record)
        if unstorable("".join(said)):
            name = next(name for name, text in zip(TEXTS, said, strict=True) if unstorable(text))
            raise Refused(f"The {name} holds NUL or half a surrogate pair, which no text may.")
        code = _kept(self._codes, record.code, self._code)
        annotator, username = _kept(self._people, record.annotator, self._annotator)
        coding = self._coding(record, code)
        created = self._moment(record.created_at) or self._now
        updated = self._moment(record.updated_at) or created
        number = record.codebook_revision
        return Vetted(
            code=code,
            annotator=annotator,
            username=username,
            coding=coding,
            codebook_revision=number if number and 0 < number <= self._newest else self._newest,
            created_at=created,
            updated_at=max(created, updated),
            id=_uuid(record.id),
        )

    def unknown_names(self, record: AnnotationRecord) -> tuple[bool, bool]:
        """Return whether nobody said what the record's code means, and whom its annotator."""
        code = _refused(self._codes, record.code, self._code)
        annotator = _refused(self._people, record.annotator, self._annotator)
        return isinstance(code, UnknownName), isinstance(annotator, UnknownName)

    def look_at_parts(self) -> None:
        """See whose parts of which stories are to do or done. One query."""
        parts = self._study.assignments.exclude(state__in=UNDER_WAY).order_by()
        self._not_begun = set(parts.values_list("story", "coder"))

    def begin_part(self, story: int, vetted: Vetted) -> None:
        """Start the annotator's part of the story, if they have one to do. Raises Refused."""
        part = story, vetted.annotator
        if part not in self._not_begun:
            return
        try:
            with transaction.atomic():
                begin_tagging(self._study, story, coder=User(pk=vetted.annotator))
                if self._dry_run:
                    transaction.set_rollback(True)
        except PartRefused as refusal:
            raise Refused(
                f"{vetted.username}'s part of this story takes no tags; they would be told: "
                f"{refusal}"
            ) from refusal
        self._not_begun.discard(part)

    def _code(self, said: str) -> Code | Refused:
        """Return the code that a label of the file means."""
        key = self._decisions.codes.get(said)
        if key == LEAVE_OUT:
            return Refused(f"The code “{said}” was left out, as decided.")
        code = self._known_codes.get(said.strip() if key is None else key)
        if code is None:
            wanted = said if key is None else key
            return UnknownName(f"There is no code “{wanted}” in this study's codebook.")
        try:
            check_not_retired(code)
        except TagRefused as refusal:
            return UnknownName(f"{refusal} Say which code is meant (--code “{said}=…”).")
        return code

    def _annotator(self, said: str) -> tuple[int, str] | Refused:
        """Return the pk and the name of the account that a name of the file means."""
        name = self._decisions.annotator or self._decisions.annotators.get(said, said.strip())
        if not name:
            if said in self._decisions.annotators:
                return Refused(f"The tags of “{said}” were left out, as decided.")
            return UnknownName("Nobody is named as the annotator: say whose tags these are.")
        if name in self._members:
            return self._members[name], name
        if not self._decisions.create_annotators:
            return UnknownName(f"“{name}” is no member of this study.")
        return self._reviewer(name)

    def _reviewer(self, name: str) -> tuple[int, str] | Refused:
        """Make an account that cannot log in, a reviewer of the study."""
        name = User.normalize_username(name)
        try:
            UnicodeUsernameValidator()(name)
        except ValidationError:
            return UnknownName(
                f"“{name}” can be no account's name, which has letters, digits and @ . + - _ only."
            )
        if len(name) > 150:
            return UnknownName(f"“{name[:40]}…” is too long for the name of an account.")
        if User.objects.filter(username=name).exists():
            return UnknownName(
                f"There is an account “{name}”, which is no member of this study. Make it one if "
                "it is the same person, or say whose tags these are."
            )
        pk = -1 - len(self.people_made)
        if not self._dry_run:
            with transaction.atomic():
                person = User.objects.create_user(name)
                Membership.objects.create(study=self._study, user=person, role=Role.REVIEWER)
            pk = person.pk
        self._members[name] = pk
        self.people_made.append(name)
        return pk, name

    def _coding(self, record: AnnotationRecord, code: Code) -> dict[str, Any]:
        """Return the coding, if the desk would take it. Raises Refused."""
        coding: dict[str, Any] = {
            "target": record.target if record.target.strip() else "",
            "polarity": record.polarity.strip().lower(),
            "voice": record.voice.strip().lower() or OUTLET,
            "speaker": record.speaker if record.speaker.strip() else "",
            "note": record.note.replace("\r\n", "\n"),
        }
        for name, longest in LONGEST.items():
            if len(coding[name]) > longest:
                raise Refused(f"The {name} is longer than {longest:,} characters.")
        if coding["polarity"] and coding["polarity"] not in POLARITIES:
            raise Refused(
                f"The polarity is “{coding['polarity']}”: none of {', '.join(POLARITIES)}."
            )
        if coding["voice"] not in VOICES:
            raise Refused(f"The voice is “{coding['voice']}”: none of {', '.join(VOICES)}.")
        try:
            check_coding(self._study, code, coding)
        except TagRefused as refusal:
            raise Refused(str(refusal)) from refusal
        return coding

    def _moment(self, said: datetime | None) -> datetime | None:
        """Return a time with its zone, UTC if it has none. Raises Refused for one to come."""
        if said is None:
            return None
        moment = said if timezone.is_aware(said) else said.replace(tzinfo=UTC)
        if moment.year < EARLIEST:
            raise Refused(f"It is said to be made in the year {moment.year}.")
        if moment > self._now:
            raise Refused(
                f"It is said to be made on {moment.day} {moment:%B %Y}, which is still to come."
            )
        return moment


def _kept(
    known: dict[str, Found | Refused], said: str, find: Callable[[str], Found | Refused]
) -> Found:
    """Return what was found for a name before, or is found now. Raises Refused."""
    if said not in known:
        known[said] = find(said)
    found = known[said]
    if isinstance(found, Refused):
        raise found
    return found


def _refused(
    known: dict[str, Found | Refused], said: str, find: Callable[[str], Found | Refused]
) -> Refused | None:
    """Return why a name is refused, None if it is not."""
    try:
        _kept(known, said, find)
    except Refused as refusal:
        return refusal
    return None


def _codes_by_name(study: Study) -> dict[str, Code]:
    """Return the study's codes by what a file may call them: key, path, name, a former key."""
    codes = list(study.codebook.codes.select_related("parent", "merged_into"))
    by_pk = {code.pk: code for code in codes}
    former = {key: by_pk[pk] for key, pk in former_keys(study.codebook).items() if pk in by_pk}
    names = {code.name: code for code in reversed(codes)}
    return former | names | {code.path: code for code in codes} | {code.key: code for code in codes}


def _uuid(said: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(said) if said else None
    except ValueError:
        return None
