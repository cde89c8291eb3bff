"""Tagging: put a code on a span, edit it, remove it. Every step can be undone."""

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from annotations.codebook.codes import successors
from annotations.models import Annotation, Change, Code, Span, Status, Study, Voice
from annotations.team.taking_part import PartRefused, begin_tagging
from annotations.texts.anchoring import TextQuote, quote_at
from sources.models import Revision

CODING = ("code_id", "target", "polarity", "voice", "speaker", "note")
STATE = (*CODING, "codebook_revision")  # a coding, and what the codebook said when it was made


class TagRefused(ValueError):
    """The tag cannot stand as asked; the message says what to do."""


class IdTaken(TagRefused):
    """The id of the tag stands for other words, or for another person's tag."""


class EditConflict(TagRefused):
    """Somebody changed the annotation since it was opened. `current` is what stands now."""

    def __init__(self, current: Annotation) -> None:
        super().__init__(
            "This annotation was changed since you opened it. Your text is kept in the form: "
            "compare it with what stands now and save again."
        )
        self.current = current


@dataclasses.dataclass(frozen=True, slots=True)
class Tagged:
    annotation: Annotation
    created: bool  # False: the same request came before


def tag_span(
    revision: Revision,
    *,
    study: Study,
    id: uuid.UUID,
    start: int,
    end: int,
    exact: str,
    code: Code,
    target: str = "",
    polarity: str = "",
    voice: str = Voice.OUTLET,
    speaker: str = "",
    note: str = "",
    annotator: User,
) -> Tagged:
    """Tag [start, end) of the revision's text, whose words must be `exact`.

    Idempotent by `id`: the same id again returns the annotation that stands.
    Raises AnchorError if the words are not there, and TagRefused if the code
    is not the study's or asks for a target that is missing; IdTaken if the id is
    that of another span or person.
    """
    quote = quote_at(revision.text, start, end, exact)
    coding: dict[str, Any] = {
        "code_id": code.pk,
        "target": target,
        "polarity": polarity,
        "voice": voice,
        "speaker": speaker,
        "note": note,
    }
    check_not_retired(code)
    check_coding(study, code, coding)
    place: dict[str, Any] = {"revision_id": revision.pk, "start": start, "end": end, "exact": exact}
    who: dict[str, Any] = {"id": id, "study_id": study.pk, "annotator_id": annotator.pk}
    context = {"prefix": quote.prefix, "suffix": quote.suffix}
    with connection.cursor() as cursor:
        given = place | context | coding | who
        cursor.execute(TAG, given)
        row = cursor.fetchone()
        if row is None:  # the annotator's part of the story is to do, or done
            _open_part(study, revision, annotator)
            cursor.execute(TAG, given)
            row = cursor.fetchone()
        span_id, created, coding["codebook_revision"] = row
    if created:
        span = Span(pk=span_id, **place, **context)
        span.revision = revision
        annotation = Annotation(**who, **coding, span=span, version=1, status=Status.PENDING)
        annotation.code, annotation.study, annotation.annotator = code, study, annotator
        return Tagged(annotation, True)
    annotation = Annotation.objects.select_related("span", "code").get(pk=id)
    annotation.span.revision = revision
    if (annotation.study_id, annotation.span_id, annotation.annotator_id) != (
        study.pk,
        span_id,
        annotator.pk,
    ):
        raise IdTaken("This tag was already used for other words. Reload the page and try again.")
    return Tagged(annotation, False)


# Span, annotation and first step in one statement: one round trip and one commit, where the
# ORM needs ten. They are of the one row of `sound`, or of none if that is empty. `DO UPDATE`
# rather than `DO NOTHING`, so that the span's id always comes back.
WRITTEN = """
span AS (
    INSERT INTO annotations_span (revision_id, start, "end", exact, prefix, suffix)
    SELECT revision_id, start, "end", exact, prefix, suffix FROM sound
    ON CONFLICT (revision_id, start, "end") DO UPDATE SET exact = annotations_span.exact
    RETURNING id
), annotation AS (
    INSERT INTO annotations_annotation
        (id, study_id, span_id, annotator_id, version, status,
         code_id, target, polarity, voice, speaker, note, codebook_revision)
    SELECT sound.id, study_id, span.id, annotator_id, 1, 'pending',
         code_id, target, polarity, voice, speaker, note, codebook_revision
    FROM sound, span
    ON CONFLICT (id) DO NOTHING
    RETURNING *
), change AS (
    INSERT INTO annotations_change
        (annotation_id, number, before, removed, actor_id,
         code_id, target, polarity, voice, speaker, note, codebook_revision)
    SELECT id, 1, 0, false, annotator_id,
         code_id, target, polarity, voice, speaker, note, codebook_revision
    FROM annotation
)
"""
GIVEN = """given
    (id, annotator_id, start, "end", exact, target, polarity, voice, speaker, note) AS (VALUES
    (%(id)s::uuid, %(annotator_id)s::integer, %(start)s::integer, %(end)s::integer,
     %(exact)s::text, %(target)s::text, %(polarity)s::text, %(voice)s::text,
     %(speaker)s::text, %(note)s::text))
"""
# Whether somebody's part of a story is not under way: to do yet, or done, and so locked.
LOCKED = """EXISTS (
    SELECT FROM annotations_assignment part
    WHERE part.study_id = {study} AND part.story_id = {story} AND part.coder_id = annotator_id
        AND part.state NOT IN ('in progress', 'reopened'))
"""
STORY = """(
    SELECT article.story_id FROM sources_revision home
    JOIN sources_article article ON article.id = home.article_id WHERE home.id = %(revision_id)s)
"""
TAG = f"""
WITH {GIVEN}, sound AS (
    SELECT given.*, %(study_id)s::bigint AS study_id, %(code_id)s::bigint AS code_id,
        %(revision_id)s::bigint AS revision_id,
        %(prefix)s::text AS prefix, %(suffix)s::text AS suffix,
        (SELECT book.revision FROM annotations_code code
         JOIN annotations_codebook book ON book.id = code.codebook_id
         WHERE code.id = %(code_id)s) AS codebook_revision
    FROM given
    WHERE NOT {LOCKED.format(study="%(study_id)s", story=STORY)}
        OR EXISTS (SELECT FROM annotations_annotation twice WHERE twice.id = given.id)
), {WRITTEN}
SELECT span.id, EXISTS (SELECT FROM annotation), sound.codebook_revision FROM span, sound
"""  # noqa: S608 - constants of ours


def edit_annotation(
    annotation: Annotation, *, version: int, coding: dict[str, Any], code: Code, actor: User
) -> Annotation:
    """Change what the annotator said; a ruling on the old words lapses to pending.

    `version` is the one the editor saw. Raises EditConflict if another stands
    now, TagRefused as `tag_span` does; a retired code may stay, but not come. What
    changes nothing writes nothing.
    """
    coding = coding | {"code_id": code.pk}
    check_coding(annotation.study, code, coding)
    with transaction.atomic():
        current = _locked(annotation, actor)
        if all(getattr(current, field) == coding[field] for field in CODING):
            return current
        if current.version != version or current.removed_at:
            raise EditConflict(current)
        if code.pk != current.code_id:
            check_not_retired(code)
        coding["codebook_revision"] = current.study.codebook.revision
        change = record_change(current, coding, actor)
        return take_state(current, coding, removed=False, version=change.number)


def remove_annotation(annotation: Annotation, *, actor: User) -> Annotation:
    """Take the annotator's tag off the text; undo brings it back. Twice is once."""
    with transaction.atomic():
        current = _locked(annotation, actor)
        if current.removed_at:
            return current
        coding = {field: getattr(current, field) for field in STATE}
        change = record_change(current, coding, actor, removed=True)
        return take_state(current, coding, removed=True, version=change.number)


def known_code(code: Code | None, key: str) -> Code:
    """Return `code`, which was looked up by `key`; raises TagRefused if there is none."""
    if code is None:
        raise TagRefused(f"There is no code “{key}” in this study's codebook.")
    return code


def check_not_retired(code: Code) -> None:
    """Raise TagRefused for a code that takes no new tags, with what to do instead."""
    if code.retired_at is None:
        return
    if code.merged_into:
        raise TagRefused(
            f"“{code.name}” was merged into “{code.merged_into.name}”: tag with that code."
        )
    if parts := [f"“{part.name}”" for part in code.split_into.filter(retired_at=None)]:
        raise TagRefused(f"“{code.name}” was split: tag with {' or '.join(parts)}.")
    raise TagRefused(f"“{code.name}” is retired and takes no new tags: choose another code.")


def check_coding(study: Study, code: Code, coding: dict[str, Any]) -> None:
    """Raise TagRefused for a coding that the codebook does not allow."""
    if code.codebook_id != study.codebook_id:
        raise TagRefused(f"The code “{code.name}” is not in this study's codebook.")
    if not code.marks_spans:
        raise TagRefused(
            f"“{code.name}” speaks of a whole article. Set it as “omitted” in the facts matrix."
        )
    if code.asks_target and not (coding["target"] and coding["polarity"]):
        raise TagRefused(f"“{code.name}” asks whom it is about and with which polarity.")
    if coding["speaker"] and coding["voice"] != Voice.ATTRIBUTED:
        raise TagRefused("A speaker goes with words that are attributed; set the voice too.")


def keep_span(revision: Revision, quote: TextQuote) -> Span:
    """Return the span of the quote, stored at most once per revision."""
    context = {"exact": quote.exact, "prefix": quote.prefix, "suffix": quote.suffix}
    span, _ = Span.objects.get_or_create(
        revision=revision, start=quote.start, end=quote.end, defaults=context
    )
    return span


def record_change(
    annotation: Annotation, coding: dict[str, Any], actor: User, *, removed: bool = False
) -> Change:
    """Add the step from the state in force to `coding` to the annotation's history."""
    last = annotation.changes.order_by("-number").values_list("number", flat=True).first() or 0
    return Change.objects.create(
        annotation=annotation,
        number=last + 1,
        before=annotation.version,
        removed=removed,
        actor=actor,
        **coding,
    )


def take_state(
    annotation: Annotation, coding: Mapping[str, Any], *, removed: bool, version: int
) -> Annotation:
    """Put a state of the annotation's history in force; a ruling on another one lapses.

    The ruling stays where the state says the same, be it by a code that was merged into the other.
    """
    now = timezone.now()
    is_ruled = annotation.status != Status.PENDING
    if not is_ruled or removed or annotation.removed_at or not _says_the_same(annotation, coding):
        annotation.status = Status.PENDING
        annotation.ruled_code = None
    for field in STATE:
        setattr(annotation, field, coding[field])
    annotation.version = version
    annotation.removed_at = now if removed else None
    annotation.updated_at = now
    annotation.save(
        update_fields=[*STATE, "version", "removed_at", "status", "ruled_code", "updated_at"]
    )
    return annotation


def _says_the_same(annotation: Annotation, coding: Mapping[str, Any]) -> bool:
    """Tell whether a coding is the annotation's own, with its code or one that counts as it."""
    if any(getattr(annotation, field) != coding[field] for field in CODING[1:]):
        return False
    if annotation.code_id == coding["code_id"]:
        return True
    merged = successors(annotation.study.codebook)
    counts_as = (merged.get(code, code) for code in (annotation.code_id, coding["code_id"]))
    return len(set(counts_as)) == 1


def _locked(annotation: Annotation, actor: User) -> Annotation:
    if annotation.annotator_id != actor.pk:
        raise TagRefused("Only the person who tagged these words can change the tag.")
    current = (
        Annotation.objects.select_for_update(of=("self",))
        .select_related("span__revision__article", "study__codebook", "code")
        .get(pk=annotation.pk)
    )
    _open_part(current.study, current.span.revision, actor)
    return current


def _open_part(study: Study, revision: Revision, annotator: User) -> None:
    """Start the annotator's part of the story, if they have one. Raises TagRefused."""
    try:
        begin_tagging(study, revision.article.story_id, coder=annotator)
    except PartRefused as refusal:
        raise TagRefused(str(refusal)) from refusal
