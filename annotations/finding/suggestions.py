"""What is offered for unchecked cells: sentences that may report a fact, and who was too early.

Questions only; nothing here writes.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Func, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Left

from annotations.facts.matrix import Cell, Matrix, Row
from annotations.facts.stating import QUOTED
from annotations.finding.ranking import VERSION
from annotations.finding.story_sentences import damage_on, language_of
from annotations.models import SentenceVectors, Study, Suggestion
from annotations.texts.excerpts import Excerpt, excerpt
from sources.describing import guess_among
from sources.models import Revision, Story

CHOICE = (
    1  # of how sentences are chosen beside the ranking: what is stored of an older one is stale
)
MOST_QUOTES = 10  # that a fact is looked for by; those of the earliest articles
SAMPLE = 4000  # code points that tell a text's language
# What a request computes by itself: words of the story's texts, read once and then once more for
# each twentieth fact. Ten articles of 1,000 words and thirty facts are 25,000.
AT_ONCE = 40_000
FACTS_PER_READING = 20
READ_AT_ONCE = 2_000  # words that the optional model reads in a request: half a second
ACROSS = (
    "Ranking across languages is not offered without a model that can do it: the article is in "
    "“{}”, the fact is worded in “{}”."
)


@dataclass(frozen=True, slots=True)
class Older:
    """Why a fact may not apply to an article: it came out first.

    `is_certain` says that the fact's own day is known, and not only that of its first report.
    """

    reason: str
    is_certain: bool


@dataclass(eq=False, slots=True)
class Offer:
    """What is offered for an unchecked cell.

    `basis` is what a suggestion made now would be made from, `wordings` what it would look for:
    none if they all are in other languages than the article, as `reason` then says.
    """

    cell: Cell
    revision: Revision  # without its text
    wordings: tuple[str, ...]
    reason: str
    basis: str
    suggestion: Suggestion | None
    older: Older | None

    @property
    def is_stale(self) -> bool:
        return self.suggestion is None or self.suggestion.basis != self.basis

    @property
    def is_refused(self) -> bool:
        return bool(self.suggestion and self.suggestion.refused_at)

    @property
    def count(self) -> int:
        """How many sentences there are, whether or not somebody said that it is none of them."""
        return self.suggestion.count if self.suggestion else 0

    @property
    def is_open(self) -> bool:
        """Whether there is something to accept."""
        return bool(self.older) or (self.count > 0 and not self.is_refused)

    @property
    def why_none(self) -> str:
        """Why there are no sentences, if they have been looked for."""
        return self.suggestion.reason if self.suggestion else ""


@dataclass(frozen=True, slots=True)
class Offers:
    """What is offered in a matrix, and what it takes to look for what is stale.

    `words` are those of the story's newest texts, `unread` those of the texts that the optional
    model has not seen yet. `trouble` is what is wrong with the model.
    """

    every: list[Offer]
    trouble: str
    words: int = 0
    unread: int = 0

    @property
    def stale(self) -> list[Offer]:
        return [offer for offer in self.every if offer.is_stale]

    @property
    def is_small(self) -> bool:
        """Whether a request may look for what is stale by itself, if anything is."""
        facts = {offer.cell.fact.pk for offer in self.stale}
        return not facts or self.words * (1 + len(facts) / FACTS_PER_READING) <= AT_ONCE

    @property
    def is_quick(self) -> bool:
        """Whether that is done within a second: a model takes several to read ten articles."""
        return self.is_small and (self.unread <= READ_AT_ONCE or not self.stale)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may report the fact. `pieces` are its parts, and whether they matched."""

    number: int  # from 1
    start: int
    end: int
    exact: str
    pieces: list[tuple[str, bool]]
    shared: list[str]
    around: Excerpt
    revision: int


def offers_of(study: Study, story: Story, matrix: Matrix) -> Offers:
    """Give each unchecked cell of the matrix its offer, and return them.

    At most four queries, and one more with the optional model.
    """
    # Here, so that pages without a matrix need not wait for numpy.
    from annotations.finding.preparing import model_and_trouble

    model, trouble = model_and_trouble()
    unchecked = [cell for cell in matrix.cells if cell.report is None]
    if not unchecked:
        return Offers([], trouble)
    revisions = _newest(story)
    damage = damage_on(study, [revision.pk for revision in revisions.values()])
    languages = {
        column.article.pk: language_of(column.article, revisions[column.article.pk].sample)
        for column in matrix.columns
        if column.article.pk in revisions
    }
    kept = _kept(unchecked, revisions.values())
    wordings = {row.fact.pk: _wordings(row, languages) for row in matrix.rows}
    for cell in unchecked:
        if revision := revisions.get(cell.article.pk):
            language = languages[cell.article.pk]
            usable, reason = _usable(wordings[cell.fact.pk], language)
            made_from = (revision.sha256, language, damage[revision.pk], usable, reason)
            cell.offer = Offer(
                cell,
                revision,
                usable,
                reason,
                basis=_digest(CHOICE, VERSION, model, *made_from),
                suggestion=kept.get((cell.fact.pk, revision.pk)),
                older=_older(cell),
            )
    return Offers(
        [cell.offer for cell in unchecked if cell.offer],
        trouble,
        sum(revision.word_count for revision in revisions.values()),
        _unread(revisions.values(), model),
    )


def candidates_of(offer: Offer, text: str) -> list[Candidate]:
    """Return the sentences of an offer with what shows them; `text` is the revision's.

    One query.
    """
    given = offer.suggestion.candidates if offer.suggestion else []
    return [
        _candidate(number, each, text, offer.revision.pk)
        for number, each in enumerate(given, start=1)
    ]


def _candidate(number: int, given: dict, text: str, revision: int) -> Candidate:
    start, end = given["start"], given["end"]
    pieces, at = [], start
    for begin, finish in given["matched"]:
        pieces += [(text[at:begin], False), (text[begin:finish], True)]
        at = finish
    pieces.append((text[at:end], False))
    shared = {piece.casefold(): piece for piece, matched in reversed(pieces) if matched}
    return Candidate(
        number=number,
        start=start,
        end=end,
        exact=text[start:end],
        pieces=[piece for piece in pieces if piece[0]],
        shared=list(reversed(shared.values())),
        around=excerpt(text, start, end),
        revision=revision,
    )


def _kept(
    cells: Iterable[Cell], revisions: Iterable[Revision]
) -> dict[tuple[int, int], Suggestion]:
    """Return what is stored for the cells, without the sentences but with their `count`."""
    found = Suggestion.objects.filter(
        fact__in={cell.fact.pk for cell in cells}, revision__in=[each.pk for each in revisions]
    )
    count = Func("candidates", function="jsonb_array_length", output_field=IntegerField())
    rows = found.defer("candidates").annotate(count=count)
    return {(each.fact_id, each.revision_id): each for each in rows}


def _unread(revisions: Iterable[Revision], model: str) -> int:
    """Return how many words of the revisions the model has not read. One query if there is one."""
    if not model:
        return 0
    words = {revision.pk: revision.word_count for revision in revisions}
    rows = SentenceVectors.objects.filter(revision__in=words, model__startswith=model)
    read = set(rows.values_list("revision", flat=True))
    return sum(count for pk, count in words.items() if pk not in read)


def _newest(story: Story) -> dict[int, Revision]:
    """Return the newest revision of each article, without its text. One query.

    `sample` is the beginning of a text whose language nobody declared.
    """
    newest = Revision.objects.filter(article=OuterRef("article")).order_by("-number")
    undeclared = When(article__language="", article__outlet__language="", then=Left("text", SAMPLE))
    rows = (
        Revision.objects.filter(article__story=story, pk=Subquery(newest.values("pk")[:1]))
        .annotate(sample=Case(undeclared, default=Value("")))
        .defer("text")
    )
    return {row.article_id: row for row in rows}


def _wordings(row: Row, languages: dict[int, str]) -> list[tuple[str, str]]:
    """Return how a fact is worded, each with its language: its statement, and some quotes."""
    quoted = [cell for cell in row.cells if cell.status in QUOTED]
    counts = Counter(
        languages[cell.article.pk] for cell in quoted or row.cells if languages.get(cell.article.pk)
    )
    # Where nothing tells the statement's language, it is that of most articles; English first.
    likely = sorted(counts, key=lambda name: (-counts[name], name.split("-")[0] != "en", name))
    statement = row.fact.statement
    found = {statement: guess_among(statement, likely)}
    for cell in quoted:
        for quote in cell.quotes:
            if len(found) <= MOST_QUOTES:
                found.setdefault(quote.span.exact, languages.get(cell.article.pk, ""))
    return list(found.items())


def _usable(wordings: Sequence[tuple[str, str]], language: str) -> tuple[tuple[str, ...], str]:
    """Return the wordings that can be compared with a text in `language`, or why none can."""
    usable = sorted(words for words, own in wordings if _may_compare(own, language))
    if usable:
        return tuple(usable), ""
    return (), ACROSS.format(language, wordings[0][1] or "another language")


def _may_compare(one: str, other: str) -> bool:
    """Whether two languages are one, as far as is known; English is, of wherever."""
    return not one or not other or one.split("-")[0].lower() == other.split("-")[0].lower()


def _older(cell: Cell) -> Older | None:
    """Return why the fact may not apply to the article, if it was published on an earlier day."""
    fact, article, row = cell.fact, cell.article, cell.row
    if article.published_at is None or row is None:
        return None
    published = article.published_at.date()
    if fact.happened_on:
        if published >= fact.happened_on:
            return None
        reason = f"Published {said(published)}; the fact is of {said(fact.happened_on)}."
        return Older(reason, is_certain=True)
    first = row.first_reported
    if first is None or published >= first.date():
        return None
    reason = (
        f"Published {said(published)}; the earliest report of this fact is of {said(first.date())}."
    )
    return Older(reason, is_certain=False)


def said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _digest(*made_from: object) -> str:
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()
