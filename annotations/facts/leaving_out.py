"""Find what an outlet's wording of a fact leaves out: parts of the others' without a counterpart.

Words are compared, not their order, so "an accord on the harbour" has all of "the harbour accord".
A part says what has no counterpart in the words that were quoted; whether the article has it
elsewhere is asked of its text.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from annotations.facts.counterparts import Kin, Term, abbreviations_in, terms_of
from sources.passages import passages
from sources.sentences import sentences_of

BRIDGED = 3  # words without counterpart for one with it between them, to be read as one part
LEAD = 2  # words of grammar that are read with what follows
SCATTERED = 4  # words between those of a part, beyond which another wording is not the same part
LEAST = 1.0  # content word that a part has at least; two ideographs

Wanted = tuple[tuple[str, ...], ...]  # for each content word of a part the keys that may match
Index = dict[str, list[int]]  # key -> the terms that are counterparts of it
Claimed = dict[tuple[int, int], set[int]]  # outlet and quote -> terms that a part has already


@dataclass(frozen=True, slots=True)
class Held:
    """Where the part stands: code points of a quote of another outlet."""

    outlet: int
    quote: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some words that one wording lacks; `held` begins with the place that `text` is from."""

    text: str
    weight: float  # content words
    held: tuple[Held, ...]
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The terms [first, last] of a quote, and those among them that are missing elsewhere."""

    outlet: int
    quote: int
    first: int
    last: int
    open: tuple[int, ...]


class Wordings:
    """What the outlets quoted of one fact, read once: `quotes[outlet][quote]`.

    `languages` are the outlets', BCP 47. What an outlet said `beside` its quotes, such as whom it
    attributes them to, is not left out either.
    """

    def __init__(
        self,
        quotes: Sequence[Sequence[str]],
        languages: Sequence[str] = (),
        beside: Sequence[str] = (),
    ) -> None:
        self.quotes = quotes
        known = languages or [""] * len(quotes)
        self._abbreviations = set().union(*map(abbreviations_in, chain.from_iterable(quotes)))
        self._terms = [
            [terms_of(quote, language, self._abbreviations) for quote in mine]
            for mine, language in zip(quotes, known, strict=True)
        ]
        self._ends = [
            [[end for _, end in sentences_of(quote, language)] for quote in mine]
            for mine, language in zip(quotes, known, strict=True)
        ]
        self._keys = [
            {key for terms in mine for term in terms for key in term.keys} for mine in self._terms
        ]
        self._kin = Kin(sorted(set().union(*self._keys)))
        self._at = [[self._index(terms) for terms in mine] for mine in self._terms]
        self._met = [frozenset().union(*mine) for mine in self._at]
        for outlet, (words, language) in enumerate(zip(beside, known, strict=False)):
            self._met[outlet] |= self._index(terms_of(words, language, self._abbreviations)).keys()
        self._having: dict[tuple[str, ...], frozenset[int]] = {}
        self._places: dict[Wanted, list[Held]] = {}

    def left_out(self, own: int) -> list[Part]:
        """Return what the others' wordings have and that of outlet `own` has not, largest first.

        What several have in common is one part, and counts as often as there are outlets with it;
        the rest of a wording is a part by itself.
        """
        claimed: Claimed = {}
        parts: list[Part] = []
        for find, least in ((self._in_common, 2), (self._lacking, 1), (self._lacking, 1)):
            for stretch in sorted(find(own, claimed), key=self._size, reverse=True):
                taken = claimed.get((stretch.outlet, stretch.quote), set())
                held = self._held_by(stretch, own)
                if taken.isdisjoint(stretch.open) and len(held) >= least:
                    parts.append(self._part(stretch, held))
                    self._claim(claimed, held, self._wanted(stretch))
        return sorted(parts, key=lambda part: -part.weight * len(part.held))

    def places_of(
        self, parts: Sequence[Part], text: str, language: str = ""
    ) -> list[tuple[int, int] | None]:
        """Return for each part where a passage of `text` has all its words, or None.

        The tightest place of the first such passage, as half-open code points.
        """
        found: list[tuple[int, int] | None] = [None] * len(parts)
        for passage in passages(text) if parts else ():
            words = text[passage.start : passage.end]
            terms = terms_of(words, language, self._abbreviations)
            at = self._index(terms)
            for number, part in enumerate(parts):
                if found[number] is None and _all_in(part.wanted, at):
                    first, last = _tightest(part.wanted, at)
                    start, end = terms[first].start, terms[last].end
                    found[number] = passage.start + start, passage.start + end
        return found

    def _index(self, terms: Iterable[Term]) -> Index:
        """Return where the counterparts of the wordings' keys are among `terms`."""
        index: Index = defaultdict(list)
        for at, term in enumerate(terms):
            for known in {known for key in term.keys for known in self._kin.of(key)}:
                index[known].append(at)
        return index

    def _lacking(self, own: int, claimed: Claimed) -> Iterator[_Stretch]:
        """Yield what of the others' quotes has no counterpart and is not claimed."""
        for outlet, quotes in enumerate(self._terms):
            for quote, terms in enumerate(quotes) if outlet != own else ():
                taken = claimed.get((outlet, quote), set())
                open_ones = [
                    at
                    for at, term in enumerate(terms)
                    if term.weight and at not in taken and self._met[own].isdisjoint(term.keys)
                ]
                for run in _runs(open_ones, terms, self._ends[outlet][quote]):
                    if sum(terms[at].weight for at in run) >= LEAST:
                        first = self._first(run[0], terms, self._ends[outlet][quote], own)
                        yield _Stretch(outlet, quote, first, run[-1], tuple(run))

    def _in_common(self, own: int, claimed: Claimed) -> Iterator[_Stretch]:
        """Yield the longest parts of the stretches whose words another outlet has as well."""
        for stretch in self._lacking(own, claimed):
            wanted = self._wanted(stretch)
            reached = 0
            for first in range(len(wanted)):
                last, having = first, self._outlets_with(wanted[first])
                while last + 1 < len(wanted):
                    both = having & self._outlets_with(wanted[last + 1])
                    if len(both) < 2:
                        break
                    last, having = last + 1, both
                if len(having) > 1 and last + 1 > reached:
                    reached = last + 1
                    part = self._narrowed(stretch, stretch.open[first : last + 1], own)
                    if self._tells(part):
                        yield part

    def _narrowed(self, stretch: _Stretch, open_ones: tuple[int, ...], own: int) -> _Stretch:
        terms = self._terms[stretch.outlet][stretch.quote]
        ends = self._ends[stretch.outlet][stretch.quote]
        first = self._first(open_ones[0], terms, ends, own) if len(open_ones) > 1 else open_ones[0]
        return replace(stretch, first=first, last=open_ones[-1], open=open_ones)

    def _tells(self, stretch: _Stretch) -> bool:
        """Tell whether a part says something by itself: two words, a number or a name."""
        if len(stretch.open) > 1:
            return self._weight(stretch) >= LEAST
        term = self._terms[stretch.outlet][stretch.quote][stretch.open[0]]
        word = self.quotes[stretch.outlet][stretch.quote][term.start : term.end]
        return term.weight >= LEAST and (word[0].isupper() or "#" in term.keys[0])

    def _size(self, stretch: _Stretch) -> tuple[float, float]:
        having = map(self._outlets_with, self._wanted(stretch))
        weight = self._weight(stretch)
        return weight * len(frozenset.intersection(*having)), weight

    def _first(self, at: int, terms: list[Term], ends: list[int], own: int) -> int:
        """Return where to begin reading: with the grammar before a word that `own` lacks too."""
        first = at
        sentence = _sentence(terms[at], ends)
        for before in reversed(terms[max(0, at - LEAD) : at]):
            if before.weight or _sentence(before, ends) != sentence:
                break
            first -= 1
        while first < at and not self._met[own].isdisjoint(terms[first].keys):
            first += 1
        return first

    def _wanted(self, stretch: _Stretch) -> Wanted:
        terms = self._terms[stretch.outlet][stretch.quote]
        return tuple(terms[at].keys for at in stretch.open)

    def _weight(self, stretch: _Stretch) -> float:
        terms = self._terms[stretch.outlet][stretch.quote]
        return sum(terms[at].weight for at in stretch.open)

    def _part(self, stretch: _Stretch, held: list[Held]) -> Part:
        here = held[0]
        text = self.quotes[here.outlet][here.quote][here.start : here.end]
        return Part(text, self._weight(stretch), tuple(held), self._wanted(stretch))

    def _held_by(self, stretch: _Stretch, own: int) -> list[Held]:
        """Return where the words of a stretch stand: its own place, then those of other outlets."""
        wanted = self._wanted(stretch)
        if wanted not in self._places:
            having = (self._outlets_with(keys) for keys in wanted)
            outlets = sorted(frozenset.intersection(*having))
            found = (self._place_in(outlet, wanted) for outlet in outlets)
            self._places[wanted] = [place for place in found if place]
        known = self._places[wanted]
        others = [place for place in known if place.outlet not in (own, stretch.outlet)]
        return [self._own_place(stretch), *others]

    def _outlets_with(self, keys: tuple[str, ...]) -> frozenset[int]:
        """Return the outlets whose words have a counterpart of any of the keys."""
        if keys not in self._having:
            self._having[keys] = frozenset(
                outlet for outlet, met in enumerate(self._met) if not met.isdisjoint(keys)
            )
        return self._having[keys]

    def _own_place(self, stretch: _Stretch) -> Held:
        terms = self._terms[stretch.outlet][stretch.quote]
        start, end = terms[stretch.first].start, terms[stretch.last].end
        return Held(stretch.outlet, stretch.quote, start, end)

    def _place_in(self, outlet: int, wanted: Wanted) -> Held | None:
        """Return where a quote of the outlet has all the words, at least half of them exactly."""
        exact = sum(not self._keys[outlet].isdisjoint(keys) for keys in wanted)
        if 2 * exact < len(wanted):
            return None
        for quote, terms in enumerate(self._terms[outlet]):
            if _all_in(wanted, self._at[outlet][quote]):
                first, last = _tightest(wanted, self._at[outlet][quote])
                between = sum(term.weight > 0 for term in terms[first : last + 1]) - len(wanted)
                if between > SCATTERED:
                    continue
                return Held(outlet, quote, terms[first].start, terms[last].end)
        return None

    def _claim(self, claimed: Claimed, held: Iterable[Held], wanted: Wanted) -> None:
        """Mark the words of a part in all its places, so that no other part repeats them."""
        for place in held:
            taken = claimed.setdefault((place.outlet, place.quote), set())
            terms = self._terms[place.outlet][place.quote]
            for at in _hits(wanted, self._at[place.outlet][place.quote]):
                if place.start <= terms[at].start < place.end:
                    taken.add(at)


def _hits(wanted: Wanted, index: Index) -> dict[int, list[int]]:
    """Return the terms that have something of what is wanted, and the numbers of what it is."""
    hits: dict[int, list[int]] = defaultdict(list)
    for number, keys in enumerate(wanted):
        for at in {at for key in keys for at in index.get(key, ())}:
            hits[at].append(number)
    return hits


def _tightest(wanted: Wanted, index: Index) -> tuple[int, int]:
    """Return the first and last of the fewest terms in a row that have all that is wanted."""
    hits = _hits(wanted, index)
    last: dict[int, int] = {}  # number of what is wanted -> the term that last had it
    best = (min(hits), max(hits))
    for at in sorted(hits):
        last.update(dict.fromkeys(hits[at], at))
        if len(last) == len(wanted) and at - min(last.values()) < best[1] - best[0]:
            best = (min(last.values()), at)
    return best


def _all_in(wanted: Wanted, index: Index) -> bool:
    return all(any(key in index for key in keys) for keys in wanted)


def _sentence(term: Term, ends: list[int]) -> int:
    return bisect_right(ends, term.start)


def _runs(open_ones: Iterable[int], terms: list[Term], ends: list[int]) -> list[list[int]]:
    """Return the terms in runs: each within a sentence, and mostly without others between them."""
    runs: list[list[int]] = []
    for at in open_ones:
        if runs and not _others_between(runs[-1][-1], at, terms, ends):
            runs[-1].append(at)
        else:
            runs.append([at])
    joined: list[list[int]] = []
    bridges = 0
    for run in runs:
        near = bool(joined) and _others_between(joined[-1][-1], run[0], terms, ends) == 1
        if near and len(joined[-1]) + len(run) >= BRIDGED * (bridges + 1):
            joined[-1] += run
            bridges += 1
        else:
            joined.append(list(run))
            bridges = 0
    return joined


def _others_between(left: int, right: int, terms: list[Term], ends: list[int]) -> int:
    """Count the content words between two terms; of two sentences, more than can be bridged."""
    if _sentence(terms[left], ends) != _sentence(terms[right], ends):
        return len(terms)
    return sum(term.weight > 0 for term in terms[left + 1 : right])
