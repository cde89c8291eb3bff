"""The sentences of a story's newest texts, among which facts are looked for.

Questions only; nothing here writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from annotations.models import Carry, Span, Status, Study
from annotations.tags.desk import articles_of
from annotations.team.blinding import open_to_all
from sources.cleaning import is_furniture
from sources.describing import guess_language
from sources.models import Article, Revision, Story
from sources.passages import passages
from sources.sentences import sentences_of


@dataclass(frozen=True, slots=True)
class StorySentence:
    """A sentence and where it stands: primary keys, and code points of the revision.

    `number` counts from 0 among all `sentences_of` the revision, `language` is BCP 47 or "".
    """

    article: int
    outlet: int
    revision: int
    number: int
    start: int
    end: int
    text: str
    language: str


def story_sentences(study: Study, story: Story) -> list[StorySentence]:
    """Return the sentences of each article's newest revision, in reading order.

    Left out are the page's furniture, as the headline of a related video, and what the study
    tagged as damaged for its most part. Four queries.
    """
    articles = articles_of(story)
    texts = Revision.objects.only("text").in_bulk([one.newest_revision for one in articles])
    damage = damage_on(study, texts)
    return [
        sentence
        for article in articles
        for sentence in sentences_in(
            article, texts[article.newest_revision], damage[article.newest_revision]
        )
    ]


def sentences_in(
    article: Article, revision: Revision, damage: Sequence[tuple[int, int]] = ()
) -> Iterator[StorySentence]:
    """Yield the sentences of one text; the article comes with its outlet."""
    language = language_of(article, revision.text)
    furniture = _furniture(revision.text)
    for number, (start, end) in enumerate(sentences_of(revision.text, language)):
        text = revision.text[start:end]
        if _touches(furniture, start, end) or is_furniture(text) or _is_spoilt(damage, start, end):
            continue
        yield StorySentence(
            article.pk, article.outlet_id, revision.pk, number, start, end, text, language
        )


def language_of(article: Article, text: str) -> str:
    """Return the language that the article or its outlet declares, or the text looks like."""
    return article.language or article.outlet.language or guess_language(text)


def _furniture(text: str) -> list[tuple[int, int]]:
    """Return the passages that are no part of the article, in their order."""
    return [(p.start, p.end) for p in passages(text) if is_furniture(text[p.start : p.end])]


def _touches(ranges: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    return any(begin < end and start < finish for begin, finish in ranges)


def damage_on(study: Study, revisions: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """Return where the revisions are tagged with a code that is not bias. Two queries.

    What is made from it is there for all members: so in a blind study, only by tags that all see.
    """
    uncounted = Q(ruled_code__counts_as_bias=False) | Q(ruled_code=None, code__counts_as_bias=False)
    texts = set(revisions)
    tags = open_to_all(study).exclude(status=Status.REJECTED)
    spans = tags.filter(uncounted, span__revision__article__revisions__in=texts).values("span")
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for rows in (
        Span.objects.filter(pk__in=spans, revision__in=texts),
        Carry.objects.filter(study=study, span__in=spans, revision__in=texts, start__isnull=False),
    ):
        for revision, start, end in rows.order_by().values_list("revision", "start", "end"):
            found[revision].append((start, end))
    return {pk: sorted(found[pk]) for pk in texts}


def _is_spoilt(damage: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    """Whether damage covers more than half of the sentence: that of one word does not."""
    covered = (min(end, finish) - max(start, begin) for begin, finish in damage)
    return 2 * max(covered, default=0) > end - start
