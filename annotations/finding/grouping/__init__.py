"""Group the sentences of a story that seem to report the same fact; docs/suggestions.md says how.

Connected components would chain unlike sentences: A like B, B like C, and A not at all like C.
Here a sentence joins a group only if it is like each of its members, and much like them on average.
A sentence that reports several facts may stand in several groups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from annotations.finding.ranking import Ranker

LONGEST_STATEMENT = 500  # characters
_WHOLE = re.compile(r"[.!?…。！？؟।։]\W*$")
_FEWEST_WORDS = 4  # what is shorter is a heading or a scrap, and tells no fact


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a story. `quoted` if it holds words of somebody whom the article quotes."""

    article: int
    outlet: int
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences of two articles or more, by their index, the most central first.

    `weight` is what groups are ordered by, as `weight_of` says.
    """

    members: tuple[int, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Limits:
    """From which likeness on, from 0 to 1; `bench/grouping.py` tells what others would find."""

    acquainted: float = 0.15  # what is less alike shares no more than names
    wording: float = 0.09  # of any two members by themselves
    each: float = 0.1  # of company, between any two members
    together: float = 0.3  # of company, between a member and the others on average
    of_an_article: int = 3  # sentences; a fact is told in few, whatever else is like them
    new: float = 0.5  # share of a group's pairs that no heavier group holds


LIMITS = Limits()
# Sentences of one story are all alike in meaning to some degree.
LIMITS_BY_MEANING = Limits(acquainted=0.26, wording=0.2)


def group(
    sentences: Sequence[Sentence], ranker: Ranker, limits: Limits | None = None
) -> list[Group]:
    """Return the groups of `sentences`, the heaviest first; they are the corpus of `ranker`.

    Where a sentence stands in its article plays no part, nor does the order in which they are
    given. Two sentences that give the same names other roles are never in one group, and one of
    fewer than four words is in none. What is no part of an article
    (`sources.cleaning.is_furniture`) is for the caller to leave out.
    """
    limits = limits or (LIMITS_BY_MEANING if ranker.by_meaning else LIMITS)
    # Here, so that pages that group nothing need not wait for numpy and scipy.
    import numpy

    from annotations.finding.grouping.growing import by_centrality, chosen, company_of, growths

    if len({sentence.article for sentence in sentences}) < 2:
        return []
    alike = ranker.similarities()
    if len(alike) != len(sentences):
        raise ValueError("the ranker's corpus is not these sentences")
    # In an order of their own, so that equal likenesses fall out alike in any order.
    order = sorted(
        (n for n, sentence in enumerate(sentences) if words(sentence.text) >= _FEWEST_WORDS),
        key=lambda n: (sentences[n].text, sentences[n].article),
    )
    ordered = [sentences[n] for n in order]
    company = company_of(alike[numpy.ix_(order, order)], ordered, limits)
    groups = []
    for grown in chosen(growths(ordered, company, limits), ordered, company, limits.new):
        central, cohesion = by_centrality(grown, company)
        members = tuple(order[n] for n in central)
        groups.append(Group(members, weight_of([sentences[n] for n in members], cohesion)))
    return sorted(groups, key=lambda one: (-one.weight, [sentences[n].text for n in one.members]))


def weight_of(members: Sequence[Sentence], cohesion: float = 0.0) -> float:
    """Return what a group is ordered by: outlets, then articles, then articles that quote.

    Each counts up to 999. `cohesion`, from 0 to 1, decides between equals.
    """
    outlets = {member.outlet for member in members}
    articles = {member.article for member in members}
    quoting = {member.article for member in members if member.quoted}
    large, many, quoted = (min(len(found), 999) for found in (outlets, articles, quoting))
    return large * 1e6 + many * 1e3 + quoted + min(cohesion, 0.999)


def statement_of(texts: Sequence[str]) -> str:
    """Return the wording to propose as the statement; `texts` are a group's, most central first.

    It is the shortest whole sentence of the more central half, on one line and with its quotation
    marks; what is longer than 500 characters is cut between words.
    """
    central = [" ".join(text.split()) for text in texts[: (len(texts) + 1) // 2]]
    whole = [text for text in central if _WHOLE.search(text)]
    chosen = min(whole or central, key=len, default="")
    if len(chosen) <= LONGEST_STATEMENT:
        return chosen
    cut = chosen[: LONGEST_STATEMENT - 1]
    between = cut if chosen[len(cut)] == " " else cut.rpartition(" ")[0]
    # A text without spaces has no better place than any.
    return (between if len(between) > LONGEST_STATEMENT // 2 else cut).rstrip() + "…"
