"""Storing annotations of a file, a batch at a time: which are there already, and what is new."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from annotations.intake.decisions import Outcome
from annotations.intake.grounds import Spot
from annotations.intake.vetting import Vetted
from annotations.models import Study

# The names of annotations that come without a UUID that is free here are made in this one.
NAMESPACE = uuid.UUID("5d0d0a5e-0f56-4f0b-9b1c-0e1f4c0c7a11")
Place = tuple[int, int, int]  # revision, start and end
Kind = tuple[int, int, int, int, int]  # a place, a code and an annotator


@dataclass(frozen=True, slots=True)
class Fit:
    """An annotation that may stand, with its place."""

    spot: Spot
    vetted: Vetted

    @property
    def place(self) -> Place:
        quote = self.spot.placed.quote
        return self.spot.text.id, quote.start, quote.end

    @property
    def kind(self) -> Kind:
        """What two annotations have in common that say the same of the same words."""
        return (*self.place, self.vetted.code.pk, self.vetted.annotator)


@dataclass(frozen=True, slots=True)
class Standing:
    """What has an id already. `is_undone`: it came with an import that was taken back."""

    study: int
    annotator: int
    place: Place
    is_removed: bool = False
    is_undone: bool = False


class Store:
    """Stores the annotations of one file. A dry run stores nothing, and counts as if it had."""

    def __init__(self, study: Study, *, batch: uuid.UUID, made_by: User, dry_run: bool) -> None:
        self._study, self._batch, self._made_by = study, batch, made_by
        self._dry_run = dry_run
        self._seen: Counter[int] = Counter()  # how often the file has said the same without an id
        self._pretended: dict[uuid.UUID, Standing] = {}
        self._pretended_kinds: Counter[int] = Counter()

    def store(self, fits: Sequence[Fit], outcome: Outcome) -> None:
        """Store what is not there yet, and count what became of each. Five statements at most.

        An id of the file is kept if it is free. One that is of other words or another study gives
        way to one made of what the annotation says, and so does a missing one; then the same code
        of the same annotator on the same words, once for each time the file says it, is the same.
        """
        new: dict[uuid.UUID, Fit] = {}
        undone: dict[uuid.UUID, Fit] = {}
        unnamed = []
        known = self._known([fit.vetted.id for fit in fits if fit.vetted.id])
        for fit in fits:
            id = fit.vetted.id
            there = known.get(id) if id else None
            if id and there is None:
                new[id], known[id] = fit, self._standing(fit)
            elif id and there and self._is_same(there, fit):
                _count(there, id, fit, undone, outcome)
            else:
                unnamed.append(fit)
        self._name(unnamed, new, undone, outcome)
        outcome.imported += len(new) + len(undone)
        if self._dry_run:
            self._pretend(new)
            return
        conflicts = len(new) - self._insert(new)  # somebody else stored them in this moment
        outcome.imported -= conflicts
        outcome.already_there += conflicts
        if undone:
            self._bring_back(undone)

    def _name(
        self,
        unnamed: Sequence[Fit],
        new: dict[uuid.UUID, Fit],
        undone: dict[uuid.UUID, Fit],
        outcome: Outcome,
    ) -> None:
        """Give ids to those that have none of their own, and put them where they belong."""
        if not unnamed:
            return
        ids = [self._derived_id(fit) for fit in unnamed]
        known = self._known([id for id, _ in ids])
        standing = self._count_kinds(unnamed) + Counter(fit.kind for fit in new.values())
        for fit, (id, nth) in zip(unnamed, ids, strict=True):
            if there := known.get(id):
                _count(there, id, fit, undone, outcome)
            elif standing[fit.kind] >= nth:
                outcome.already_there += 1
            else:
                new[id] = fit
                standing[fit.kind] += 1

    def _derived_id(self, fit: Fit) -> tuple[uuid.UUID, int]:
        """Return the id of an annotation without one, and how often the file said the same now."""
        place = hash(fit.kind)
        self._seen[place] += 1
        nth = self._seen[place]
        quote, vetted = fit.spot.placed.quote, fit.vetted
        said = (self._study.key, fit.spot.text.sha256, quote.start, quote.end)
        name = " ".join(map(str, (*said, vetted.code.key, vetted.username, nth)))
        return uuid.uuid5(NAMESPACE, name), nth

    def _standing(self, fit: Fit) -> Standing:
        return Standing(self._study.pk, fit.vetted.annotator, fit.place)

    def _is_same(self, there: Standing, fit: Fit) -> bool:
        mine = self._study.pk, fit.vetted.annotator, fit.place
        return (there.study, there.annotator, there.place) == mine

    def _known(self, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Standing]:
        """Return what has one of the ids already. One query."""
        if not ids:
            return {}
        known = {id: self._pretended[id] for id in ids if id in self._pretended}
        with connection.cursor() as cursor:
            cursor.execute(KNOWN, {"ids": list(ids)})
            for id, study, annotator, revision, start, end, *gone in cursor.fetchall():
                known[id] = Standing(study, annotator, (revision, start, end), *gone)
        return known

    def _count_kinds(self, fits: Sequence[Fit]) -> Counter[Kind]:
        """Count the standing annotations that say what one of these says. One query."""
        places = {fit.place for fit in fits}
        revisions, starts, ends = map(list, zip(*places, strict=True))
        given: dict[str, Any] = {
            "study": self._study.pk,
            "revisions": revisions,
            "starts": starts,
            "ends": ends,
        }
        with connection.cursor() as cursor:
            cursor.execute(KINDS, given)
            found = Counter({tuple(row[:5]): row[5] for row in cursor.fetchall()})
        for kind in {fit.kind for fit in fits} if self._dry_run else ():
            found[kind] += self._pretended_kinds[hash(kind)]
        return found

    def _pretend(self, new: dict[uuid.UUID, Fit]) -> None:
        for id, fit in new.items():
            self._pretended[id] = self._standing(fit)
            self._pretended_kinds[hash(fit.kind)] += 1

    def _insert(self, new: dict[uuid.UUID, Fit]) -> int:
        """Store spans, annotations and their first steps; return how many annotations."""
        if not new:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(INSERT, self._given(new))
            return cursor.fetchone()[0]

    def _bring_back(self, undone: dict[uuid.UUID, Fit]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BRING_BACK, self._given(undone))

    def _given(self, fits: dict[uuid.UUID, Fit]) -> dict[str, Any]:
        """Return the columns of the rows, in the order of their places.

        Two that store the same spans at once then wait for each other, and never in a circle.
        """
        rows = sorted(fits.items(), key=lambda item: item[1].place)
        columns = zip(*(_row(id, fit) for id, fit in rows), strict=True)
        given: dict[str, Any] = dict(zip(COLUMNS, map(_array, columns), strict=True))
        return given | {
            "study": self._study.pk,
            "actor": self._made_by.pk,
            "batch": self._batch,
        }


def _count(
    there: Standing, id: uuid.UUID, fit: Fit, undone: dict[uuid.UUID, Fit], outcome: Outcome
) -> None:
    """Count an annotation that is there; one that went with an import comes back with another."""
    if there.is_undone and id not in undone:
        undone[id] = fit
    elif there.is_removed and not there.is_undone:
        outcome.removed_here += 1
    else:
        outcome.already_there += 1


def _row(id: uuid.UUID, fit: Fit) -> Iterable[Any]:
    quote, vetted = fit.spot.placed.quote, fit.vetted
    yield from (id, fit.spot.text.id, quote.start, quote.end)
    yield from (quote.exact, quote.prefix, quote.suffix)
    yield from (vetted.annotator, vetted.code.pk)
    yield from (vetted.coding[name] for name in CODING)
    yield from (vetted.codebook_revision, vetted.created_at, vetted.updated_at)


def _array(values: Iterable[Any]) -> str:
    """Return the values as PostgreSQL writes an array: psycopg takes many times as long."""
    texts = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + '","'.join(texts) + '"}'


KNOWN = """
SELECT tag.id, tag.study_id, tag.annotator_id, span.revision_id, span.start, span."end",
    tag.removed_at IS NOT NULL,
    tag.removed_at IS NOT NULL AND tag.version = 0 AND EXISTS (
        SELECT FROM annotations_change step
        JOIN annotations_intake intake ON intake.id = step.batch
        WHERE step.annotation_id = tag.id AND step.number = 1 AND step.undone_at IS NOT NULL)
FROM annotations_annotation tag JOIN annotations_span span ON span.id = tag.span_id
WHERE tag.id = ANY(%(ids)s::uuid[])
"""
KINDS = """
SELECT span.revision_id, span.start, span."end", tag.code_id, tag.annotator_id, count(*)
FROM unnest(%(revisions)s::bigint[], %(starts)s::int[], %(ends)s::int[])
    AS asked (revision, first, beyond)
JOIN annotations_span span
    ON span.revision_id = asked.revision AND span.start = asked.first AND span."end" = asked.beyond
JOIN annotations_annotation tag ON tag.span_id = span.id
WHERE tag.study_id = %(study)s AND tag.removed_at IS NULL
GROUP BY 1, 2, 3, 4, 5
"""
CODING = ("target", "polarity", "voice", "speaker", "note")
COLUMNS = {
    "id": "uuid", "revision_id": "bigint", "start": "int", "end": "int", "exact": "text",
    "prefix": "text", "suffix": "text", "annotator_id": "int", "code_id": "bigint",
    **dict.fromkeys(CODING, "text"), "codebook_revision": "int", "created_at": "timestamptz",
    "updated_at": "timestamptz",
}  # fmt: skip
ARRAYS = ", ".join(f"%({name})s::{kind}[]" for name, kind in COLUMNS.items())
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
STATE = f"code_id, {', '.join(CODING)}, codebook_revision"
# As a tag of the desk (annotations.tags.tagging), of many rows; the step is the importer's.
INSERT = f"""
WITH given AS (SELECT * FROM unnest({ARRAYS}) AS given ({NAMES})
), span AS (
    INSERT INTO annotations_span (revision_id, start, "end", exact, prefix, suffix)
    SELECT DISTINCT ON (revision_id, start, "end")
        revision_id, start, "end", exact, prefix, suffix
    FROM given ORDER BY revision_id, start, "end"
    ON CONFLICT (revision_id, start, "end") DO UPDATE SET exact = annotations_span.exact
    RETURNING id, revision_id, start, "end"
), annotation AS (
    INSERT INTO annotations_annotation
        (id, study_id, span_id, annotator_id, version, status, created_at, updated_at, {STATE})
    SELECT given.id, %(study)s, span.id, annotator_id, 1, 'pending', created_at, updated_at, {STATE}
    FROM given JOIN span USING (revision_id, start, "end")
    ON CONFLICT (id) DO NOTHING
    RETURNING id, {STATE}
), change AS (
    INSERT INTO annotations_change
        (annotation_id, number, before, removed, actor_id, batch, {STATE})
    SELECT id, 1, 0, false, %(actor)s, %(batch)s::uuid, {STATE} FROM annotation
)
SELECT count(*) FROM annotation
"""  # noqa: S608 - constants of ours
# What an import that was taken back had brought: it stands again, as this file has it.
BRING_BACK = f"""
WITH given AS (SELECT * FROM unnest({ARRAYS}) AS given ({NAMES})
), next AS (
    SELECT given.*, (SELECT max(step.number) + 1 FROM annotations_change step
        WHERE step.annotation_id = given.id) AS number
    FROM given
), annotation AS (
    UPDATE annotations_annotation tag SET removed_at = NULL, status = 'pending',
        ruled_code_id = NULL, version = next.number, updated_at = next.updated_at,
        {", ".join(f"{name} = next.{name}" for name in STATE.split(", "))}
    FROM next WHERE tag.id = next.id AND tag.removed_at IS NOT NULL
    RETURNING tag.id, next.number
)
INSERT INTO annotations_change (annotation_id, number, before, removed, actor_id, batch, {STATE})
SELECT id, next.number, 0, false, %(actor)s, %(batch)s::uuid, {STATE}
FROM next JOIN annotation USING (id)
"""  # noqa: S608 - constants of ours
