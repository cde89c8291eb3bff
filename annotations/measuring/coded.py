"""Load what coders tagged as arrays: the newest texts, who coded them, and where the tags stand.

Half a million tags come packed, as PostgreSQL writes numbers, straight into numpy: a model instance
or even a tuple for each would take longer than the figures. Questions only; nothing here writes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.utils import timezone

from annotations.agreement.codings import Codings
from annotations.agreement.selection import Selection, Unit
from annotations.codebook.codes import successors
from annotations.models import Assignment, Study
from annotations.team.assignments import coders_by_story
from sources.describing import guess_language
from sources.models import Revision
from sources.passages import passages
from sources.sentences import sentences_of

NOBODY = np.zeros((0, 2), dtype=np.int64)


class Text(NamedTuple):
    """The newest text of an article; `language` is BCP 47, or "" where nobody declared one."""

    revision: int
    article: int
    outlet: int
    story: int
    length: int
    language: str


@dataclass(frozen=True, slots=True)
class Coded:
    """Codings, and the primary keys that their indices stand for.

    `counts` says which codes speak of bias; the others are no part of a figure of all codes.
    `adrift` tags are left out, since they have no certain place on the newest text.
    """

    codings: Codings
    texts: tuple[Text, ...]
    stories: tuple[int, ...]
    coders: tuple[int, ...]
    codes: tuple[int, ...]
    counts: np.ndarray  # bool [codes]
    adrift: int

    @property
    def outlets(self) -> np.ndarray:
        """Return the outlet of each text, by its key."""
        return np.array([text.outlet for text in self.texts], dtype=np.int64)

    def counted(self) -> Codings:
        """Return the codings of the codes that speak of bias."""
        return self.codings.select(spans=self.counts[self.codings.code])

    def shared(self) -> "Coded":
        """Return the same without the texts that fewer than two coded."""
        is_shared = self.codings.coded.sum(axis=1) >= 2
        texts = tuple(text for text, kept in zip(self.texts, is_shared, strict=True) if kept)
        stories = tuple(sorted({text.story for text in texts}))
        codings = self.codings.select(texts=is_shared)
        return replace(self, codings=codings, texts=texts, stories=stories)


def load(study: Study, chosen: Selection, *, hidden: Collection[int] = ()) -> Coded:
    """Return what was coded of a selection; the stories of `hidden` are left out.

    A tag counts with the code that its reviewer gave it, or what that was merged into: agreement
    is about coders, not about what a moderator made of their tags. A text that nobody coded is
    left out. At most eight queries.
    """
    coders_of = {
        story: set(coders)
        for story, coders in coders_by_story(study).items()
        if story not in hidden and chosen.story in (None, story)
    }
    texts = texts_of(study, chosen.outlet, coders_of)
    tags = _tags(study, texts, chosen)
    coders_of = _narrowed(study, chosen, coders_of, texts, tags)
    texts_kept = np.array([text.story in coders_of for text in texts], dtype=bool)
    coders = tuple(sorted(set().union(*coders_of.values())))
    tags = tags[texts_kept[tags["text"]] & np.isin(tags["coder"], coders)]
    book = _Book(study)
    is_placed = (tags["start"] >= 0) & book.selects(tags["code"], chosen.code)
    kept = tuple(text for text, is_kept in zip(texts, texts_kept, strict=True) if is_kept)
    codings = _codings(tags[is_placed], texts, coders_of, coders, book).select(texts=texts_kept)
    return Coded(
        codings=replace(codings, units=units_of(kept, chosen.unit)).without_duplicates(),
        texts=kept,
        stories=tuple(sorted(coders_of.keys() & {text.story for text in kept})),
        coders=coders,
        codes=book.codes,
        counts=book.counts,
        adrift=int((tags["start"] < 0).sum()),
    )


def _codings(
    tags: np.ndarray,
    texts: Sequence[Text],
    coders_of: dict[int, set[int]],
    coders: tuple[int, ...],
    book: "_Book",
) -> Codings:
    """Return the codings of tags that have a place; units are for the caller to add."""
    coded = [[coder in coders_of.get(text.story, ()) for coder in coders] for text in texts]
    return Codings(
        lengths=np.array([text.length for text in texts], dtype=np.int64),
        stories=np.unique([text.story for text in texts], return_inverse=True)[1],
        coded=np.array(coded, dtype=bool).reshape(len(texts), len(coders)),
        text=tags["text"],
        coder=np.searchsorted(np.array(coders, dtype=np.int64), tags["coder"]),
        start=tags["start"],
        end=tags["end"],
        code=book.numbers(tags["code"]),
        codes=len(book.codes),
        parents=book.parents,
        units=(NOBODY,) * len(texts),
    )


class _Book:
    """A study's codes in the codebook's order. Two queries."""

    def __init__(self, study: Study) -> None:
        rows = list(study.codebook.codes.values_list("pk", "parent", "counts_as_bias"))
        self.codes = tuple(pk for pk, _, _ in rows)
        self.place = {pk: number for number, pk in enumerate(self.codes)}
        self.parents = tuple(self.place[parent] if parent else -1 for _, parent, _ in rows)
        self.counts = np.array([counts for _, _, counts in rows], dtype=bool)
        merged = successors(study.codebook)
        self._keys = np.array(sorted(self.codes), dtype=np.int64)
        self._numbers = np.array(
            [self.place[merged.get(pk, pk)] for pk in sorted(self.codes)], dtype=np.int64
        )

    def numbers(self, codes: np.ndarray) -> np.ndarray:
        """Return the indices of codes by their keys; a merged one is what took its place."""
        if not len(codes):
            return np.zeros(0, dtype=np.int64)
        return self._numbers[np.searchsorted(self._keys, codes)]

    def selects(self, codes: np.ndarray, chosen: int | None) -> np.ndarray:
        """Return which are `chosen` or a code below it; None is any code of the codebook."""
        if chosen is None:
            return np.isin(codes, self._keys)
        top = self.place.get(chosen, -1)
        wanted = [n for n, above in enumerate(self.parents) if top >= 0 and top in (n, above)]
        known = np.isin(codes, self._keys)
        known[known] = np.isin(self.numbers(codes[known]), wanted)
        return known


def texts_of(study: Study, outlet: int | None, stories: Collection[int]) -> list[Text]:
    """Return the newest text of each article of some stories, of one outlet or all. One query."""
    with connection.cursor() as cursor:
        given = {"study": study.pk, "outlet": outlet, "stories": list(stories)}
        cursor.execute(NEWEST, given)
        return [Text._make(row) for row in cursor.fetchall()]


NEWEST = """
SELECT DISTINCT ON (article.story_id, article.id) revision.id, article.id, article.outlet_id,
    article.story_id, length(revision.text), coalesce(nullif(article.language, ''), outlet.language)
FROM annotations_study_stories coded
JOIN sources_article article ON article.story_id = coded.story_id
JOIN sources_outlet outlet ON outlet.id = article.outlet_id
JOIN sources_revision revision ON revision.article_id = article.id
WHERE coded.study_id = %(study)s AND coded.story_id = ANY(%(stories)s)
    AND (%(outlet)s::bigint IS NULL OR article.outlet_id = %(outlet)s)
ORDER BY article.story_id, article.id, revision.number DESC
"""

# A tag stands where the desk shows it: tagged on the newest text, or carried there. Without a
# certain place there it starts at -1.
PLACED = """
SELECT string_agg(int8send(shown.number - 1) || int8send(tag.annotator_id::bigint)
    || int8send(tag.code_id)
    || int8send(coalesce(CASE WHEN home.id = shown.id THEN span.start ELSE carry.start END, -1))
    || int8send(coalesce(CASE WHEN home.id = shown.id THEN span."end" ELSE carry."end" END, -1)),
    '')
FROM unnest(%(revisions)s::bigint[]) WITH ORDINALITY AS shown(id, number)
JOIN sources_revision newest ON newest.id = shown.id
JOIN sources_revision home ON home.article_id = newest.article_id
JOIN annotations_span span ON span.revision_id = home.id
JOIN annotations_annotation tag ON tag.span_id = span.id
    AND tag.study_id = %(study)s AND tag.removed_at IS NULL
LEFT JOIN annotations_carry carry ON home.id <> shown.id AND carry.span_id = span.id
    AND carry.revision_id = shown.id AND carry.study_id = tag.study_id
WHERE tag.created_at >= coalesce(%(since)s::timestamptz, '-infinity')
    AND tag.created_at < coalesce(%(until)s::timestamptz, 'infinity')
"""
COLUMNS = ("text", "coder", "code", "start", "end")
ROW = np.dtype([(name, ">i8") for name in COLUMNS])  # int8send writes the network's byte order


def _tags(study: Study, texts: Sequence[Text], chosen: Selection) -> np.ndarray:
    """Return the study's standing tags on the articles of `texts`, as rows of COLUMNS.

    `coder` and `code` are keys, `text` is an index of `texts`. One query.
    """
    since, until = _times(chosen)
    given: dict[str, Any] = {"study": study.pk, "since": since, "until": until}
    given["revisions"] = [text.revision for text in texts]
    with connection.cursor() as cursor:
        cursor.execute(PLACED, given)
        packed = cursor.fetchone()[0] or b""
    return np.frombuffer(packed, ROW).astype([(name, np.int64) for name in COLUMNS])


def _times(chosen: Selection) -> tuple[datetime | None, datetime | None]:
    """Return when the chosen days begin and end, in the time zone of the site."""
    return (
        _midnight(chosen.since) if chosen.since else None,
        _midnight(chosen.until + timedelta(days=1)) if chosen.until else None,
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _narrowed(
    study: Study,
    chosen: Selection,
    coders_of: dict[int, set[int]],
    texts: Sequence[Text],
    tags: np.ndarray,
) -> dict[int, set[int]]:
    """Return who coded which story within the chosen days and of the chosen pair.

    Between two days a coder counts in a story where they tagged something then, or finished
    their part. Otherwise whoever coded it in another month would seem to have tagged nothing.
    """
    since, until = _times(chosen)
    if since or until:
        parts = Assignment.objects.filter(study=study, state=Assignment.State.DONE)
        parts = parts.filter(done_at__gte=since) if since else parts
        parts = parts.filter(done_at__lt=until) if until else parts
        coded = set(parts.order_by().values_list("story", "coder"))
        stories = np.array([text.story for text in texts], dtype=np.int64)
        coded |= set(zip(stories[tags["text"]].tolist(), tags["coder"].tolist(), strict=True))
        coders_of = {
            story: {coder for coder in coders if (story, coder) in coded}
            for story, coders in coders_of.items()
        }
    if chosen.pair:
        pair = set(chosen.pair)
        coders_of = {story: pair for story, coders in coders_of.items() if pair <= coders}
    return {story: coders for story, coders in coders_of.items() if coders}


def units_of(texts: Sequence[Text], unit: Unit) -> tuple[np.ndarray, ...]:
    """Return the sentences or passages of each text, as ranges. One query, or none."""
    keys = [(text.revision, text.language, unit) for text in texts]
    cut = {key: _CUT[key] for key in keys if key in _CUT}
    missing = {key[0]: key for key in keys if key not in cut}
    if missing:
        wanted = Revision.objects.filter(pk__in=missing).order_by().values_list("pk", "text")
        for revision, text in wanted.iterator(chunk_size=200):
            key = missing[revision]
            cut[key] = _cut(text, key[1], unit)
        if len(_CUT) > MOST_CUT:
            _CUT.clear()
        _CUT.update(cut)
    return tuple(cut[key] for key in keys)


# A text never changes, so what was cut once is remembered: sentences take milliseconds a text.
_CUT: dict[tuple[int, str, Unit], np.ndarray] = {}
MOST_CUT = 20_000


def _cut(text: str, language: str, unit: Unit) -> np.ndarray:
    if unit == Unit.PASSAGE:
        ranges = [(passage.start, passage.end) for passage in passages(text)]
    else:
        ranges = sentences_of(text, language or guess_language(text))
    return np.array(ranges, dtype=np.int64).reshape(-1, 2)
