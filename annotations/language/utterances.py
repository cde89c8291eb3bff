"""Find the same utterance in the quotations of several articles, and what each made of it.

Who quotes less, or other words, is told apart from who quotes something else: long quotations
by the words that they share in one order, short ones only with the words around them as well.
Every wording is measured against the fullest of its group alone, so that groups do not chain.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property

from annotations.texts.comparing import Piece, compare
from annotations.texts.wording import Words, weight_of

ALIKE = 0.62  # share of the shorter wording's weight that the fuller one has in the same order
GRAMMAR = 0.2  # what a short word weighs against a content word
LONG = 4  # content words; a shorter wording needs evidence around it
ENOUGH = 3  # content words in common that speak for themselves
APART = 6  # words; what the fuller wording has between two common stretches, at most
NEAR = 8  # words on either side that count as around
COMPARED = 500  # words; longer wordings are aligned by their beginning
COMMON = 40  # wordings; what more of them share finds no candidates
TRIED = 8  # candidates

_EDITORIAL = re.compile(r"\[[^\]\n]{0,200}\]|…|\.\s?\.\s?\.")
_TITLES = set("the mr mrs ms dr prime minister president secretary general foreign".split())

Tokens = tuple[str, ...]


class Likeness(StrEnum):
    """What a wording is beside the baseline of its utterance."""

    IDENTICAL = "identical"
    SHORTENED = "shortened"  # one leaves out what the other has before or behind
    ALTERED = "altered"  # the words differ; they may also be translated


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation of an article, with the rest of its sentence before and behind it.

    `speaker` is empty if no name is given.
    """

    article: int
    outlet: int
    words: str
    language: str = ""
    before: str = ""
    behind: str = ""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Quotations of one utterance, by their numbers, in the order in which they were given.

    `baseline` is the one that the `likenesses` compare them with: in the fullest
    wording, or in an altered one that more quotations have.
    """

    members: tuple[int, ...]
    likenesses: tuple[Likeness, ...]
    baseline: int

    @property
    def likeness(self) -> Likeness:
        """The strongest difference of any of them."""
        return max(self.likenesses, key=list(Likeness).index)


@dataclass(frozen=True, slots=True)
class Difference:
    """A wording against the part of the baseline that it gives.

    `before` and `behind` count the words of the baseline that it leaves out at its ends.
    """

    before: int
    pieces: list[Piece]
    behind: int


def is_edited(words: str) -> bool:
    """Tell whether the outlet marks that it left words out or put some in: “[the strait] … is”."""
    return bool(_EDITORIAL.search(words))


def difference(baseline: str, words: str) -> Difference:
    """Return how `words` differ from the baseline; upper and lower case are one.

    Wordings that differ in no word are one equal piece.
    """
    full, part = Words(baseline), Words(words)
    keys = tuple(key.casefold() for key in part.keys)
    full_keys = tuple(key.casefold() for key in full.keys)
    blocks = _aligned(keys, tuple(map(_weight, part.keys)), full_keys)
    begin, end = 0, len(full_keys)
    if blocks:
        first, last = blocks[0], blocks[-1]
        begin = max(0, first.fuller_at - first.at)
        end = min(end, last.fuller_at + len(keys) - last.at)
    cases = dict(zip(keys, part.keys, strict=True))
    cut = full.cut()[2 * begin : 2 * end + 1]
    cut[1::2] = [cases.get(word.casefold(), word) for word in cut[1::2]]
    if begin:
        cut[0] = ""
    if end < len(full_keys):
        cut[-1] = ""
    return Difference(begin, compare("".join(cut), words), len(full_keys) - end)


def utterances_of(quotations: Sequence[Quoted]) -> list[Utterance]:
    """Return the utterances that two quotations or more give.

    Quotations of different languages are never one utterance; one whose
    language is unknown may be any. A single word never is one.
    """
    wordings = _wordings(quotations)
    index: dict[object, list[_Wording]] = defaultdict(list)
    often = Counter(feature for wording in wordings for feature in wording.features)
    for wording in wordings:
        rare = [feature for feature in wording.features if often[feature] <= COMMON]
        match = _best(wording, rare, index, often)
        if match:
            match.kept.append(wording)
            wording.is_kept = True
            continue
        for feature in rare:
            index[feature].append(wording)
    found = [_utterance(wording) for wording in wordings if wording.gives_an_utterance]
    return sorted(found, key=lambda utterance: utterance.members)


@dataclass(eq=False)
class _Wording:
    """One wording, of all the quotations that have it word for word."""

    tokens: Tokens
    language: str
    weights: tuple[float, ...]
    breaks: frozenset[int]  # before which tokens the outlet marks that it left words out
    members: list[int] = field(default_factory=list)
    around: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    stems: Tokens = ()
    kept: list["_Wording"] = field(default_factory=list)  # shorter ones of its utterance
    is_kept: bool = False  # by a fuller one

    @cached_property
    def content(self) -> Counter[str]:
        pairs = zip(self.stems, self.weights, strict=True)
        return Counter(stem for stem, weight in pairs if weight > GRAMMAR)

    @cached_property
    def content_weight(self) -> float:
        return sum(weight for weight in self.weights if weight > GRAMMAR)

    @cached_property
    def features(self) -> set[object]:
        """What finds candidates: content words, and each two words in a row."""
        return {*self.content, *zip(self.stems, self.stems[1:], strict=False)}

    @property
    def gives_an_utterance(self) -> bool:
        if self.is_kept:
            return False
        is_told = len(self.tokens) > 1 and bool(self.content)
        return bool(self.kept) or (len(self.members) > 1 and is_told)


def _wordings(quotations: Sequence[Quoted]) -> list[_Wording]:
    """Return the different wordings, the longest first."""
    found: dict[tuple[str, Tokens], _Wording] = {}
    for number, quoted in enumerate(quotations):
        tokens, weights, breaks = _tokens(quoted.words)
        language = quoted.language.split("-")[0].lower()
        wording = found.setdefault(
            (language, tokens), _Wording(tokens, language, weights, frozenset(breaks))
        )
        wording.stems = wording.stems or tuple(map(_stem, tokens))
        wording.members.append(number)
        wording.around.update(_keys(quoted.before)[-NEAR:], _keys(quoted.behind)[:NEAR])
        wording.names |= _names(quoted.speaker)
    return sorted(found.values(), key=lambda wording: (-len(wording.tokens), wording.members))


def _tokens(words: str) -> tuple[Tokens, tuple[float, ...], set[int]]:
    """Return what is compared: words in lower case, without what the outlet put in brackets."""
    keys: list[str] = []
    breaks: set[int] = set()
    for part in _EDITORIAL.split(words):
        breaks.add(len(keys))
        keys += Words(part).keys
    return tuple(key.casefold() for key in keys), tuple(map(_weight, keys)), breaks


def _stem(token: str) -> str:
    """Return the beginning of a word, so that its inflected forms find each other."""
    plain = token.replace("ё", "е")
    return plain[: max(5, len(plain) * 3 // 4)]


def _weight(key: str) -> float:
    return weight_of(key) or GRAMMAR


def _keys(words: str) -> list[str]:
    return [key.casefold() for key in Words(words).keys]


def _names(speaker: str) -> set[str]:
    keys = Words(speaker).keys
    return {key.casefold() for key in keys if key[0].isupper() and len(key) > 2} - _TITLES


def _best(
    wording: _Wording,
    features: Iterable[object],
    index: dict[object, list[_Wording]],
    often: Counter[object],
) -> _Wording | None:
    """Return the fuller wording that `wording` is most like, if it is one utterance with it."""
    shared: Counter[_Wording] = Counter()
    for feature in features:
        for fuller in index.get(feature, ()):
            shared[fuller] += 1000 // often[feature]
    best: tuple[float, _Wording] | None = None
    for fuller, _ in shared.most_common(TRIED):
        if wording.language and fuller.language and wording.language != fuller.language:
            continue
        if not _may_be_alike(wording, fuller):
            continue
        match = _Match(wording, fuller)
        if match.is_one_utterance() and (best is None or match.score > best[0]):
            best = match.score, fuller
    return best[1] if best else None


def _may_be_alike(wording: _Wording, fuller: _Wording) -> bool:
    """Tell cheaply whether the two can share enough words."""
    if wording.content_weight < LONG:
        return True
    common = (wording.content & fuller.content).total()
    return common >= 0.5 * wording.content.total()


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch that both wordings have: where in the shorter and in the fuller, and how long."""

    at: int
    fuller_at: int
    size: int


def _aligned(
    tokens: Tokens, weights: Sequence[float], fuller: Tokens, breaks: Iterable[int] = ()
) -> list[_Block]:
    """Return the common stretches, in order, without those far from the heaviest one.

    Where words are marked as left out, at `breaks`, any number may have been.
    """
    matcher = SequenceMatcher(None, tokens[:COMPARED], fuller[:COMPARED], autojunk=False)
    blocks = [_Block(*block) for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return []

    def is_near(left: _Block, right: _Block) -> bool:
        end = left.at + left.size
        if any(end <= place <= right.at for place in breaks):
            return True
        gap = right.at - end
        return right.fuller_at - left.fuller_at - left.size <= APART + 2 * gap

    heavy = [sum(weights[block.at : block.at + block.size]) for block in blocks]
    first = last = heavy.index(max(heavy))
    while first and is_near(blocks[first - 1], blocks[first]):
        first -= 1
    while last + 1 < len(blocks) and is_near(blocks[last], blocks[last + 1]):
        last += 1
    return blocks[first : last + 1]


class _Match:
    """A wording aligned with a fuller one, by the stems of their words."""

    def __init__(self, wording: _Wording, fuller: _Wording) -> None:
        self.wording, self.fuller = wording, fuller
        self.blocks = _aligned(wording.stems, wording.weights, fuller.stems, wording.breaks)
        self.length = min(len(wording.tokens), COMPARED)
        self.matched = [
            weight
            for block in self.blocks
            for weight in wording.weights[block.at : block.at + block.size]
        ]
        self.score = sum(self.matched) / (sum(wording.weights[:COMPARED]) or 1)

    def is_one_utterance(self) -> bool:
        """Tell whether the wordings share enough, with the words around them if they are short."""
        wording = self.wording
        shared = sum(weight for weight in self.matched if weight > GRAMMAR)
        if wording.content_weight >= LONG:
            return self.score >= ALIKE and shared >= ENOUGH
        if self._speakers_differ() or len(wording.tokens) < 2:
            return False
        if self._is_contained(self.blocks):
            return shared >= ENOUGH or (shared >= 1 and self._context())
        is_other = self._is_reordered() or self._is_one_word_off()
        return is_other and self._context()

    def likeness(self) -> Likeness:
        """Tell whether, word for word, only ends were left out, each by one of the two."""
        wording, fuller = self.wording, self.fuller
        blocks = _aligned(wording.tokens, wording.weights, fuller.tokens, wording.breaks)
        is_short = wording.content_weight < LONG
        if not blocks or (is_short and not self._is_contained(blocks)):
            return Likeness.ALTERED
        first, last = blocks[0], blocks[-1]
        behind = self.length - last.at - last.size
        fuller_behind = min(len(fuller.tokens), COMPARED) - last.fuller_at - last.size
        if (first.at and first.fuller_at) or (behind and fuller_behind):
            return Likeness.ALTERED
        breaks = wording.breaks | fuller.breaks
        inner = {block.at for block in blocks[1:]}
        return Likeness.SHORTENED if inner <= breaks else Likeness.ALTERED

    def _is_contained(self, blocks: Sequence[_Block]) -> bool:
        """Tell whether the fuller wording has all words in one piece, but for marked omissions."""
        if sum(block.size for block in blocks) < self.length:
            return False
        return all(block.at in self.wording.breaks for block in blocks[1:])

    def _is_reordered(self) -> bool:
        """Tell whether all content words stand together, in another order: "mentality of …"."""
        wanted = set(self.wording.content)
        if len(wanted) < 2:
            return False
        stems, span = self.fuller.stems, len(self.wording.stems) + 2
        places = (at for at, stem in enumerate(stems) if stem in wanted)
        return any(wanted <= {*stems[at : at + span]} for at in places)

    def _is_one_word_off(self) -> bool:
        """Tell whether one word stands for another: "not our enemy", "not our adversary"."""
        kept = sum(block.size for block in self.blocks)
        if self.length < 3 or kept < self.length - 1:
            return False
        if len(self.blocks) == 2:
            left, right = self.blocks
            return right.fuller_at - left.fuller_at == right.at - left.at
        return len(self.blocks) == 1

    def _speakers_differ(self) -> bool:
        names, others = self.wording.names, self.fuller.names
        return bool(names and others and names.isdisjoint(others))

    def _context(self) -> bool:
        """Tell whether a content word stands around both wordings."""
        if not self.blocks:
            return False
        first, last = self.blocks[0], self.blocks[-1]
        begin, end = first.fuller_at - NEAR, last.fuller_at + last.size + NEAR
        near = {*self.fuller.tokens[max(0, begin) : first.fuller_at]}
        near |= {*self.fuller.tokens[last.fuller_at + last.size : end]}
        if begin < 0 or end > len(self.fuller.tokens):
            near |= self.fuller.around
        common = near & self.wording.around
        return any(weight_of(word) >= 0.5 for word in common - set(self.wording.tokens))


def _utterance(fullest: _Wording) -> Utterance:
    """Return the utterance of a wording and of all that were matched with it."""
    baseline = fullest
    for wording in fullest.kept:
        is_usual = len(wording.members) > len(baseline.members)
        if is_usual and _Match(wording, fullest).likeness() == Likeness.ALTERED:
            baseline = wording
    likeness_of: dict[int, Likeness] = {}
    for wording in (fullest, *fullest.kept):
        short, long = sorted((wording, baseline), key=lambda one: len(one.tokens))
        is_same = wording is baseline
        likeness = Likeness.IDENTICAL if is_same else _Match(short, long).likeness()
        likeness_of |= dict.fromkeys(wording.members, likeness)
    members = sorted(likeness_of)
    return Utterance(
        tuple(members), tuple(likeness_of[number] for number in members), baseline.members[0]
    )
