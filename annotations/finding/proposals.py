"""What the page of proposed facts shows: cards, and how far the machine is.

Questions only; nothing here writes.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Substr

from annotations.finding.awaiting import Awaited, awaited
from annotations.finding.ranking import VERSION
from annotations.finding.shared_words import content_words, shared_words
from annotations.finding.story_sentences import damage_on
from annotations.language.quoting import Kind, quotations_of
from annotations.models import Proposal, ProposedSpan, ReportSpan, Study, SuggestionRun
from sources.models import Article, Revision, Story

ROWS = 25  # on a page
MOST_OTHERS = 100  # that a proposal may be merged with, the likest first
WORDS_AT_ONCE = 15_000  # of a story that a request works on; a larger one waits for a worker
GROUPING = "1"  # of how sentences are grouped: what an older one made is made anew

State = Proposal.State


@dataclass(frozen=True, slots=True)
class Basis:
    """What proposals are made of, as a digest, and how much it is."""

    digest: str
    articles: int
    words: int
    languages: Sequence[str]  # as declared

    @property
    def is_small(self) -> bool:
        return self.words <= WORDS_AT_ONCE


@dataclass(frozen=True, slots=True)
class Standing:
    """What the machine would propose from, and how far it is."""

    basis: Basis
    awaited: Awaited

    @property
    def is_made(self) -> bool:
        """Whether what is proposed was made of the texts as they are now."""
        run = self.awaited.run
        return bool(run and run.finished_at and run.basis == self.basis.digest)


@dataclass(eq=False, slots=True)
class Member:
    """A sentence of a proposal. `pieces` are its parts, and whether another article has them."""

    span: ProposedSpan
    words: str
    pieces: list[tuple[str, bool]]
    is_quoted: bool


@dataclass(eq=False, slots=True)
class Entry:
    """The sentences of one article, in their order; `revision` is of the first of them."""

    article: Article
    revision: Revision
    is_older: bool  # whether the article has a newer text
    members: list[Member]

    @property
    def is_quoted(self) -> bool:
        return any(member.is_quoted for member in self.members)


@dataclass(frozen=True, slots=True)
class Overlap:
    """A fact that quotes some of a proposal's sentences already, and how many."""

    fact: int
    statement: str
    count: int


@dataclass(eq=False, slots=True)
class Card:
    """A proposal with its sentences by article, by date, and the facts that quote some of them."""

    proposal: Proposal
    entries: list[Entry]
    overlaps: list[Overlap]

    @property
    def outlets(self) -> int:
        return len({entry.article.outlet_id for entry in self.entries})

    @property
    def sentences(self) -> int:
        return sum(len(entry.members) for entry in self.entries)

    @property
    def quoting(self) -> int:
        """How many outlets quote somebody."""
        return len({entry.article.outlet_id for entry in self.entries if entry.is_quoted})


def in_tab(study: Study, story: Story, state: str) -> QuerySet[Proposal]:
    """Return the story's proposals in that state: the largest first, settled ones newest first."""
    found = Proposal.objects.filter(study=study, story=story, state=state)
    if state != State.OPEN:
        return found.order_by("-settled_at", "pk")
    return found.order_by("-weight", "pk")


def counts_of(study: Study, story: Story) -> Counter[str]:
    """Count the story's proposals by state. One query."""
    rows = Proposal.objects.filter(study=study, story=story).order_by().values_list("state")
    return Counter(dict(rows.annotate(Count("pk"))))


def standing_of(study: Study, story: Story) -> Standing:
    """Return how far the machine is. Six queries."""
    kind = SuggestionRun.Kind.PROPOSALS
    return Standing(basis_of(study, story), awaited(study, story, kind))


def basis_of(study: Study, story: Story) -> Basis:
    """Return what proposals for the story would be made of now. Three queries.

    What people settled is no part of it: that takes away groups and makes no new ones.
    """
    newest = Revision.objects.filter(article=OuterRef("article")).order_by("-number")
    texts = list(
        Revision.objects.filter(article__story=story, pk=Subquery(newest.values("pk")[:1]))
        .order_by("pk")
        .values_list("pk", "word_count", "article__language", "article__outlet__language")
    )
    damage = damage_on(study, [pk for pk, *_ in texts])
    made_of = [VERSION, GROUPING, texts, sorted(damage.items())]
    languages = {(own or outlets).split("-")[0].lower() for _, _, own, outlets in texts}
    return Basis(
        digest=hashlib.sha256(json.dumps(made_of).encode()).hexdigest(),
        articles=len(texts),
        words=sum(words for _, words, *_ in texts),
        languages=sorted(languages - {""}),
    )


def cards_of(proposals: Sequence[Proposal]) -> list[Card]:
    """Return the cards of proposals of one story. Two queries."""
    spans: dict[int, list[ProposedSpan]] = defaultdict(list)
    for span in _spans([proposal.pk for proposal in proposals]):
        spans[span.proposal_id].append(span)
    quotes = _quotes(proposals, {s.revision_id for members in spans.values() for s in members})
    return [
        Card(
            proposal,
            _entries(spans[proposal.pk]),
            _overlaps(spans[proposal.pk], quotes),
        )
        for proposal in proposals
    ]


def others_of(proposal: Proposal) -> list[Proposal]:
    """Return the open proposals that one may be merged with, the likest first. One query."""
    others = in_tab(proposal.study, proposal.story, State.OPEN).exclude(pk=proposal.pk)
    wanted = set(content_words(proposal.statement))
    return sorted(
        others.annotate(sentences=Count("spans")),
        key=lambda other: -len(wanted & set(content_words(other.statement))),
    )[:MOST_OTHERS]


def last_step(study: Study, story: Story, actor: User) -> QuerySet[Proposal]:
    """Return what the actor settled last in the story; of a merger these are several."""
    own = Proposal.objects.filter(study=study, story=story, settled_by=actor)
    newest = own.order_by("-settled_at").values("settled_at")[:1]
    return own.filter(settled_at=newest).order_by("pk")


def is_quoted(text: str, language: str) -> bool:
    """Return whether somebody is quoted in the sentence, beyond a word or two."""
    return any(quotation.kind == Kind.SPEECH for quotation in quotations_of(text, language))


def _spans(proposals: Iterable[int]) -> QuerySet[ProposedSpan]:
    """Return the sentences of proposals with their `words` and place, by date."""
    newest = Revision.objects.filter(article=OuterRef("revision__article")).order_by("-number")
    return (
        ProposedSpan.objects.filter(proposal__in=proposals)
        .select_related("revision__article__outlet")
        .defer("revision__text")
        .annotate(words=Substr("revision__text", F("start") + 1, F("end") - F("start")))
        .annotate(newest=Subquery(newest.values("pk")[:1]))
        .order_by("revision__article__published_at", "revision__article", "revision", "start")
    )


def _entries(spans: Sequence[ProposedSpan]) -> list[Entry]:
    places = shared_words([(span.revision.article_id, span.words) for span in spans])
    entries: dict[int, Entry] = {}
    for span, shared in zip(spans, places, strict=True):
        article = span.revision.article
        language = article.language or article.outlet.language
        entry = entries.setdefault(article.pk, Entry(article, span.revision, False, []))
        entry.is_older |= span.revision_id != span.newest
        pieces = _pieces(span.words, shared)
        entry.members.append(Member(span, span.words, pieces, is_quoted(span.words, language)))
    return list(entries.values())


def _pieces(text: str, marked: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Return the parts of `text`, and whether they are marked; neighbours that are make one."""
    runs: list[list[int]] = []
    for start, end in marked:
        if runs and not text[runs[-1][1] : start].strip():
            runs[-1][1] = end
        else:
            runs.append([start, end])
    pieces, at = [], 0
    for start, end in runs:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]


Quote = tuple[int, str, int, int, int]  # fact, its statement, revision, start, end


def _quotes(proposals: Sequence[Proposal], revisions: Iterable[int]) -> list[Quote]:
    """Return what the facts of the proposals' study quote of the revisions. One query."""
    studies = {proposal.study_id for proposal in proposals}
    quotes = ReportSpan.objects.filter(
        report__fact__study__in=studies, span__revision__in=revisions
    ).order_by("report__fact__position", "report__fact", "pk")
    fact = "report__fact__statement"
    return list(
        quotes.values_list("report__fact", fact, "span__revision", "span__start", "span__end")
    )


def _overlaps(spans: Iterable[ProposedSpan], quotes: Iterable[Quote]) -> list[Overlap]:
    """Return the facts that quote at least half of some of the sentences, most of them first."""
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    by_revision: dict[int, list[ProposedSpan]] = defaultdict(list)
    for span in spans:
        by_revision[span.revision_id].append(span)
    for fact, statement, revision, start, end in quotes:
        for span in by_revision.get(revision, []):
            if 2 * (min(end, span.end) - max(start, span.start)) >= span.end - span.start:
                found[fact, statement].add(span.pk)
    overlaps = [Overlap(fact, said, len(members)) for (fact, said), members in found.items()]
    return sorted(overlaps, key=lambda one: -one.count)
