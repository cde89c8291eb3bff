"""Grow groups around sentences, and choose those that say something new."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy
from scipy import sparse

from annotations.finding.grouping.roles import Roles, in_other_roles, roles_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from annotations.finding.grouping import Limits, Sentence


def company_of(
    alike: numpy.ndarray, sentences: Sequence[Sentence], limits: Limits
) -> numpy.ndarray:
    """Return how far the sentences are like the same sentences of other articles: n × n, 0 to 1.

    Two outlets may share few words of a fact, and each many with a third. What an article says
    again and again is no sign that it is one fact, and a likeness of no more than `acquainted`,
    as by a name that is all over the story, counts for nothing. Two that share no wording have no
    company: a third that reports both their facts would bring them together.
    """
    articles = _articles_of(sentences)
    beyond = numpy.maximum(alike - limits.acquainted, 0) / (1 - limits.acquainted)
    known = beyond.astype(numpy.float32)
    known[articles[:, None] == articles] = 0
    numpy.fill_diagonal(known, 1)
    rows = sparse.csr_array(known)
    company = (rows @ rows.T).toarray()
    norms = numpy.sqrt(company.diagonal())
    company /= norms[:, None]
    company /= norms
    company[alike < limits.wording] = 0
    numpy.fill_diagonal(company, 1)
    return company


def growths(
    sentences: Sequence[Sentence], company: numpy.ndarray, limits: Limits
) -> Iterator[tuple[int, ...]]:
    """Yield for each wording the group that grows around it, if it has two articles or more.

    Always the sentence that is most like the members on average is taken in, until none is like
    enough; one that is unlike any of them, or tells of other roles, never is. The same wording
    comes along wherever it stands.
    """
    articles = _articles_of(sentences)
    wordings = _Wordings([sentence.text for sentence in sentences])
    for places in wordings.places:
        near = numpy.flatnonzero(company[places[0]] >= limits.each)
        said = _grown(places[0], near, articles[near], company, wordings, limits)
        found = sorted(place for wording in said for place in wordings.places[wording])
        if len(set(articles[found])) > 1:
            yield tuple(found)


def _grown(
    begin: int,
    near: numpy.ndarray,
    articles: numpy.ndarray,
    company: numpy.ndarray,
    wordings: _Wordings,
    limits: Limits,
) -> set[int]:
    """Return the wordings of the group that grows around `begin`, out of what is `near` it."""
    said = {wordings.of[begin]}
    held = Counter([articles[near == begin].item()])
    size = 1
    total = company[begin, near]  # of each with the members; -inf: not to be taken in
    total[near == begin] = -numpy.inf
    while total[best := int(total.argmax())] >= limits.together * size:
        total[best] = -numpy.inf
        wording = wordings.of[near[best]]
        if wordings.in_other_roles(wording, said):
            continue
        said.add(wording)
        size += 1
        held[articles[best]] += 1
        if held[articles[best]] == limits.of_an_article:
            total[articles == articles[best]] = -numpy.inf
        links = company[near[best], near]
        total += numpy.where(links >= limits.each, links, -numpy.inf)
    return said


class _Wordings:
    """The different texts of a story, by numbers, and which of them give names other roles.

    `of` has the wording of each sentence, `places` the sentences of each wording. Two wordings
    are compared once.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(dict.fromkeys(texts))
        number = {text: n for n, text in enumerate(self._texts)}
        self.of = [number[text] for text in texts]
        self.places: list[list[int]] = [[] for _ in self._texts]
        for place, wording in enumerate(self.of):
            self.places[wording].append(place)
        self._roles: dict[int, Roles] = {}
        self._compared: list[set[int]] = [set() for _ in self._texts]
        self._others: list[set[int]] = [set() for _ in self._texts]

    def in_other_roles(self, wording: int, said: set[int]) -> bool:
        """Tell whether it gives the same names other roles than one of those `said` does."""
        for other in said - self._compared[wording] - {wording}:
            if in_other_roles(self._roles_of(wording), self._roles_of(other)):
                self._others[wording].add(other)
                self._others[other].add(wording)
            self._compared[other].add(wording)
        self._compared[wording] |= said
        return not said.isdisjoint(self._others[wording])

    def _roles_of(self, wording: int) -> Roles:
        if wording not in self._roles:
            self._roles[wording] = roles_of(self._texts[wording])
        return self._roles[wording]


def _articles_of(sentences: Sequence[Sentence]) -> numpy.ndarray:
    return numpy.array([sentence.article for sentence in sentences])


def chosen(
    groups: Iterable[tuple[int, ...]],
    sentences: Sequence[Sentence],
    company: numpy.ndarray,
    new: float,
) -> Iterator[tuple[int, ...]]:
    """Yield those groups of whose pairs at least `new` are in none that was yielded before.

    Only pairs across articles count; the groups with the most company come first.
    """
    articles = _articles_of(sentences)
    taken = numpy.zeros((len(sentences), len(sentences)), bool)
    found = []
    for members in set(groups):
        its = articles[list(members)]
        across = its[:, None] != its
        heaviness = float((company[numpy.ix_(members, members)] * across).sum())
        found.append((-heaviness, members, across))
    for _, members, across in sorted(found, key=lambda one: one[:2]):
        inside = numpy.ix_(members, members)
        if (across & ~taken[inside]).sum() >= new * across.sum():
            taken[inside] = True
            yield members


def by_centrality(members: tuple[int, ...], company: numpy.ndarray) -> tuple[list[int], float]:
    """Return the members, those with the most company among them first, and their mean company."""
    shares = company[numpy.ix_(members, members)].mean(axis=0)
    order = sorted(range(len(members)), key=lambda n: -shares[n])
    return [members[n] for n in order], float(shares.mean())
