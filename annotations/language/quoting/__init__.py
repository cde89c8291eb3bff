"""Recognise quotations: whose words stand between which marks, and with which verb of saying.

Pure text in, places out. Marks are paired in `marks`, attributions found in `attributing` by the
words listed in `verbs`; here both are put together, and utterances that the reporting clause
interrupts are joined: “It is,” she said, “a trap.”
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from annotations.language.quoting.attributing import (
    NAME_WORDS,
    REACH,
    Attribution,
    Lexicon,
    attribute,
    attribute_within,
    ends_sentence,
    lexicon_for,
    sentence_after,
    sentence_before,
)
from annotations.language.quoting.marks import Pair, Range, pairs_of
from annotations.language.quoting.verbs import PRONOUNS
from sources.passages import Passage, passages
from sources.words import words_of

SNIPPET = 3  # words; so few without a verb of saying are a scare quote, or a name
A_FEW_WORDS = 200  # code points; no snippet and no name is longer
INTERRUPTION = 100  # code points of "…,” she said, “…"
SAME_SENTENCE = 120  # code points over which a verb of saying reaches the next quotation

_COMMAS = (",", "，", "،", "、")
_STOPS = (".", "。")


class Kind(StrEnum):
    SPEECH = "speech"
    SNIPPET = "snippet"


@dataclass(frozen=True, slots=True)
class Quotation:
    """Somebody else's words in a text; half-open code points throughout.

    [start, end) takes in the marks, and whatever interrupts the words. `parts`
    are the words alone: one part, or more if they run over several passages or
    are interrupted by the verb of saying. `depth` counts the quotations around
    it. `closed` is False if the text never closes its marks.
    """

    start: int
    end: int
    parts: tuple[Range, ...]
    depth: int
    kind: Kind
    verb: Range | None = None
    speaker: Range | None = None
    closed: bool = True

    @property
    def inner(self) -> Range:
        """From the first word to the last, without the marks around them."""
        return self.parts[0][0], self.parts[-1][1]

    def words(self, text: str) -> str:
        """Return the words of all parts of the quotation, which is of `text`."""
        return " ".join(text[start:end] for start, end in self.parts)


def quotations_of(text: str, language: str = "") -> list[Quotation]:
    """Return the quotations of `text`, an outer one before those within it.

    `language` is BCP 47 and says which verbs to look for; without one the
    script tells, or English is taken. Any text is accepted.
    """
    pairs = pairs_of(text, language)
    depths = _depths(pairs)
    outer = [pair for pair, depth in zip(pairs, depths, strict=True) if depth == 0]
    said = _attributions(text, language, outer)
    found = [
        _quotation(text, pair, depth, said.get(pair.start))
        for pair, depth in zip(pairs, depths, strict=True)
    ]
    return _joined(text, found, said)


def is_pronoun(speaker: str) -> bool:
    """Tell whether a speaker is named by a pronoun alone, and so not named."""
    return speaker.lower() in PRONOUNS


def surroundings(text: str, quotation: Quotation) -> tuple[str, str]:
    """Return the rest of the sentence before and behind the quotation."""
    line = text.rfind("\n", max(0, quotation.start - REACH), quotation.start) + 1
    begin = sentence_before(text, line, quotation.start)
    end = sentence_after(text, quotation.end, _line_end(text, quotation.end))
    return text[begin : quotation.start].lstrip(), text[quotation.end : end]


def _depths(pairs: Sequence[Pair]) -> list[int]:
    """Return how many of the pairs, which nest and come in order, lie around each."""
    depths: list[int] = []
    ends: list[int] = []
    for pair in pairs:
        while ends and ends[-1] <= pair.start:
            ends.pop()
        depths.append(len(ends))
        ends.append(pair.end)
    return depths


def _quotation(text: str, pair: Pair, depth: int, said: Attribution | None) -> Quotation:
    length = sum(end - start for start, end in pair.parts)
    words = " ".join(text[start:end] for start, end in pair.parts) if length < A_FEW_WORDS else ""
    is_name = _is_name(words)
    if said is None or (is_name and not said.behind):
        said = Attribution(None, None)
    is_short = bool(words) and (is_name or _size(words) <= SNIPPET)
    return Quotation(
        *(pair.start, pair.end, tuple(pair.parts), depth),
        kind=Kind.SNIPPET if is_short and not said.verb else Kind.SPEECH,
        verb=said.verb,
        speaker=said.speaker,
        closed=pair.closed,
    )


def _is_name(words: str) -> bool:
    """Tell whether the words are a title or a name: “Concept of a Free Strait”."""
    long = [word for word in words_of(words) if len(word) > SNIPPET]
    return (
        1 < len(long) <= NAME_WORDS
        and (words[-1].isalnum() or words[-1] == ")")
        and all(word[0].isupper() and word[0] != word[0].lower() for word in long)
    )


def _size(words: str) -> float:
    """Count words; two ideographs make one."""
    found = words_of(words)
    ideographs = sum(len(word) == 1 and "\u3041" <= word <= "\U0003ffff" for word in found)
    return len(found) - ideographs / 2


def _attributions(text: str, language: str, outer: Sequence[Pair]) -> dict[int, Attribution]:
    """Return the attributions of the pairs, by where a pair starts."""
    lexicon = lexicon_for(language, text)
    found: dict[int, Attribution] = {}
    lines = passages(text)
    at = 0
    for number, pair in enumerate(outer):
        while lines[at].end < pair.start:
            at += 1
        before = outer[number - 1] if number else None
        ceiling = _line_end(text, pair.end)
        if number + 1 < len(outer):
            ceiling = min(ceiling, outer[number + 1].start)
        if within := attribute_within(text, lexicon, pair.parts[0]):
            found[pair.start], clause = within
            begin, end = pair.parts[0]
            pair.parts[:1] = [(begin, clause[0]), (clause[1], end)]
            continue
        floor = _floor(text, lines, at, pair, before)
        if said := _attribution(text, lexicon, pair, floor, ceiling):
            found[pair.start] = said
        elif before and (said := found.get(before.start)) and _reaches(text, before, pair, said):
            found[pair.start] = replace(said, behind=False)
    return found


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at, at + REACH)
    return end if end >= 0 else min(at + REACH, len(text))


def _floor(text: str, lines: Sequence[Passage], at: int, pair: Pair, before: Pair | None) -> int:
    """Return from where on words may attribute the pair: its passage's, or what announces it."""
    passage = lines[at]
    floor = max(passage.start, before.end if before else 0)
    if at and not text[floor : pair.start].strip():
        announced = lines[at - 1]
        if text[announced.start : announced.end].rstrip().endswith((":", "：")):
            return max(announced.start, before.end if before else 0)
    return floor


def _attribution(
    text: str, lexicon: Lexicon, pair: Pair, floor: int, ceiling: int
) -> Attribution | None:
    last = text[pair.parts[-1][1] - 1]
    stopped = last in _STOPS and text[pair.parts[-1][1] - 3 : pair.parts[-1][1]] != "..."
    ideographs = lexicon.key in ("zh", "ja", "ko")
    full_stop = not ideographs and (stopped or text[pair.end : pair.end + 1] == ".")
    begin = pair.start
    if "\n" in text[floor : pair.start]:  # announced in the passage before
        begin = floor + len(text[floor : pair.start].rstrip())
        said = attribute(text, lexicon, (begin, pair.end), floor, pair.end, full_stop=True)
    else:
        said = attribute(text, lexicon, (begin, pair.end), floor, ceiling, full_stop=full_stop)
    return said if said and (said.verb or not said.behind) else None


def _reaches(text: str, before: Pair, pair: Pair, said: Attribution) -> bool:
    """Tell whether the attribution of the quotation before goes for this one as well.

    In one sentence it does; and “…,” she said. “…” goes on with her.
    """
    between = text[before.end : pair.start]
    if "\n" in between or len(between) > SAME_SENTENCE:
        return False
    if not ends_sentence(text, before.end, pair.start):
        last = text[before.parts[-1][1] - 1]
        return last not in "!?" + "".join(_STOPS)
    stop = between.rstrip()
    closes = before.end + len(stop) - 1
    once = not ends_sentence(text, before.end, closes) and stop.endswith(_STOPS)
    return bool(said.behind and said.verb and said.verb[0] >= before.end and once)


def _joined(text: str, found: list[Quotation], said: dict[int, Attribution]) -> list[Quotation]:
    """Join each two quotations between which only the reporting clause stands."""
    outer = [one for one in found if one.depth == 0]
    first_of: dict[int, Quotation] = {}  # by where a quotation starts: with what it was joined
    gone: set[int] = set()
    for left, right in pairwise(outer):
        whole = first_of.get(left.start, left)
        if _is_interrupted(text, left, right, said.get(left.start)):
            joined = replace(
                whole, end=right.end, parts=whole.parts + right.parts, kind=Kind.SPEECH,
                closed=right.closed,
            )  # fmt: skip
            first_of[whole.start] = first_of[right.start] = joined
            gone.add(right.start)
    whole_of = {one.start: first_of.get(one.start, one) for one in outer}
    return [
        whole_of[one.start] if one.depth == 0 else one
        for one in found
        if one.depth or one.start not in gone
    ]


def _is_interrupted(text: str, left: Quotation, right: Quotation, said: Attribution | None) -> bool:
    """Tell whether “It is,” she said, “a trap.” is one utterance: commas, and no sentence ends."""
    gap = text[left.end : right.start]
    if not (said and said.verb and said.behind) or len(gap) > INTERRUPTION or "\n" in gap:
        return False
    if not left.end <= said.verb[0] < right.start:
        return False
    if ends_sentence(text, left.end, right.start):
        return False
    bare = gap.strip()
    comma_before = text[left.parts[-1][1] - 1] in "".join(_COMMAS) or bare.startswith(_COMMAS)
    goes_on = text[right.parts[0][0]].islower() or not text[right.parts[0][0]].isalpha()
    caseless = text[right.parts[0][0]].lower() == text[right.parts[0][0]].upper()
    comma_after = bare.endswith(_COMMAS)
    joined = re.match(r"[,\s]*(?:and|but|und|aber|et|mais|y|pero|e|ma|и|но)\b", gap)
    return comma_before and not joined and (comma_after or (goes_on and not caseless))
