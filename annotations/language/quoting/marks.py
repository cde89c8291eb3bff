"""Pair the quotation marks of a text: which opens, which closes, and which is an apostrophe.

Marks are told apart by their shape and by what stands beside them. One pass over the marks; how
deep they nest costs nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sources.passages import Passage, passages

Range = tuple[int, int]

# What may close each opening mark, the usual one first. Titles in 《》 are no quotations.
CLOSERS = {
    opening: tuple(closers.split())
    for opening, closers in {
        "“": '” “ ‟ " ＂',
        "„": '“ ” ‟ "',
        "‟": "”",
        "”": "”",  # Swedish and Finnish open and close with the same mark
        '"': '" ”',
        "＂": "＂ ”",
        "``": "''",
        "''": "''",
        "〝": "〞 〟",
        "‘": "’ ‘",
        "‚": "‘ ’",
        "‛": "’",
        "’": "’",
        "'": "'",
        "«": "»",
        "»": "«",
        "‹": "›",
        "›": "‹",
        "「": "」",
        "『": "』",
        "﹁": "﹂",
        "﹃": "﹄",
    }.items()
}
_OPENS_ONLY = set("„‟〝‛「『﹁﹃") | {"``"}
_CLOSES_ONLY = set("〞〟」』﹂﹄")
_STRAIGHT = {'"', "＂", "''"}
_SINGLE = set("‘‚‛’'")
_ANGLED = set("«»‹›")
_MARK = re.compile(r"``|''|[“”„‟\"＂〝〞〟‘’‚‛'«»‹›「」『』﹁﹂﹃﹄]")
_ELIDED = re.compile(r"(?:\d0s|em|tis|twas|til|n)\b", re.IGNORECASE)
_HEBREW = re.compile("[\u05d0-\u05ea]")
_IDEOGRAPH = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9d]")
_BEFORE_AN_OPENING = set("([{<—–-/:=¿¡")
_BEHIND_A_CLOSING = set(".,;:!?)]}>…—–-/،؛؟")


@dataclass(slots=True)
class Pair:
    """A stretch between marks: [start, end) with them, and its words passage by passage."""

    start: int
    opening: str
    end: int = 0
    parts: list[Range] = field(default_factory=list)
    begins: int = 0  # where the words of the part that is open begin
    closed: bool = False
    holds_straight: bool = False  # whether a pair of the same straight marks lies in it

    @property
    def is_single(self) -> bool:
        return self.opening in _SINGLE


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mark and what it may be, going by its neighbours."""

    start: int
    end: int
    sign: str
    opens: bool  # a word follows it, and none stands right before it
    closes: bool  # a word stands right before it, and none follows
    between: bool  # words on both sides
    before: str
    after: str
    follows_stop: bool  # the last thing before it, but for a space, is a comma or a full stop


def pairs_of(text: str, language: str = "") -> list[Pair]:
    """Return what stands between quotation marks, in the order of the opening marks.

    A pair that is not closed ends with its passage, unless the next passage
    begins with the same mark. A single mark, or a straight one within which
    others were closed, needs its partner: it may be an apostrophe or an inch.
    """
    scan = _Scan(text, language)
    for passage in passages(text):
        scan.read(passage)
    scan.finish()
    return sorted(scan.found, key=lambda pair: (pair.start, -pair.end))


class _Scan:
    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.same_both_ends = language.split("-")[0].lower() in {"sv", "fi", "no", "nb", "da"}
        self.found: list[Pair] = []
        self.open: list[Pair] = []
        self.closable: Counter[str] = Counter()  # by a closing mark: how many open pairs it fits
        self.passage_end = 0
        self.is_even = False  # whether the passage's straight marks may all have a partner

    def read(self, passage: Passage) -> None:
        marks = [*_marks_in(self.text, passage)]
        possessive = _possessives(marks)
        skip = self._reopen(passage, marks)
        self.passage_end = passage.start + len(self.text[passage.start : passage.end].rstrip())
        left = Counter(mark.sign for mark in marks[skip:])
        self.is_even = sum(left[sign] for sign in _STRAIGHT) % 2 == 0
        for number, mark in enumerate(marks[skip:], skip):
            left[mark.sign] -= 1
            if number not in possessive:
                self._take(mark, another=left[mark.sign] > 0)

    def finish(self) -> None:
        """End the outermost that nothing closed at the passage's end; drop what may be no mark."""
        sure = (pair for pair in self.open if not (pair.is_single or pair.holds_straight))
        if pair := next(sure, None):
            self._end(pair, self.passage_end, self.passage_end)
        self.open.clear()
        self.closable.clear()

    def _reopen(self, passage: Passage, marks: list[_Mark]) -> int:
        """Go on with the pairs that the passage reopens; return how many marks that took."""
        at = passage.start + _indent(self.text[passage.start : passage.end])
        carried: list[Pair] = []
        for pair, mark in zip(self.open, marks, strict=False):
            again = "«»" if pair.opening in "«»" else pair.opening
            if mark.start != at or mark.sign not in again:
                break
            pair.parts.append((pair.begins, self.passage_end))
            pair.begins = at = mark.end
            carried.append(pair)
        if carried:
            self.open.clear()
        self.finish()
        for pair in carried:
            self._push(pair)
        return len(carried)

    def _take(self, mark: _Mark, *, another: bool) -> None:
        act = self._act(mark, another)
        if act == "open":
            self._push(Pair(mark.start, mark.sign, begins=mark.end))
        elif act == "close":
            self._close(mark)

    def _act(self, mark: _Mark, another: bool) -> str:
        """Return what the mark does: open, close, or nothing."""
        sign, fits = mark.sign, self.closable[mark.sign] > 0
        if sign in _OPENS_ONLY:
            return "open"
        if sign in _CLOSES_ONLY:
            return "close" if fits else ""
        if sign in "‘’'":
            return self._act_of_single(mark, fits)
        if sign in _STRAIGHT:
            return self._act_of_straight(mark, fits, another)
        if sign in _ANGLED:
            return self._act_of_angled(mark, fits)
        if sign == "”":
            return "close" if fits else "open" if mark.opens else ""
        if sign == "“" and fits:  # after „, or typed for ”
            low = any(pair.opening == "„" for pair in self.open[-3:])
            return "close" if mark.closes or (low and not mark.opens) else "open"
        return "" if mark.closes and sign == "“" else "open"

    def _act_of_single(self, mark: _Mark, fits: bool) -> str:
        ideographs = _IDEOGRAPH.match(mark.before) or _IDEOGRAPH.match(mark.after)
        if mark.between and not ideographs:
            return ""  # an apostrophe
        if _ELIDED.match(self.text, mark.end) and not mark.closes:
            return ""
        if fits and not mark.opens:
            return "close"
        if mark.sign == "’" and not self.same_both_ends:
            return ""
        return "open" if mark.opens or (ideographs and mark.sign == "‘") else ""

    def _act_of_straight(self, mark: _Mark, fits: bool, another: bool) -> str:
        own = fits and any(pair.opening in _STRAIGHT for pair in self.open[-3:])
        if mark.opens:
            is_late = own and self.is_even and mark.follows_stop  # "We sail, "he said.
            return "close" if is_late else "open"
        if mark.between and _HEBREW.match(mark.after):
            return ""  # of an abbreviation
        if fits:
            return "close" if own or mark.closes else "open"
        apart = not (mark.closes or mark.between) or _IDEOGRAPH.match(mark.after)
        return "open" if apart and another else ""  # not for an inch, or a second

    def _act_of_angled(self, mark: _Mark, fits: bool) -> str:
        if fits and not (mark.opens and mark.sign in "«‹"):
            return "close"
        if mark.sign in "«‹":
            return "" if mark.closes else "open"
        return "open" if mark.opens else ""

    def _push(self, pair: Pair) -> None:
        self.open.append(pair)
        self.closable.update(CLOSERS[pair.opening])

    def _pop(self) -> Pair:
        pair = self.open.pop()
        self.closable.subtract(CLOSERS[pair.opening])
        return pair

    def _close(self, mark: _Mark) -> None:
        """Close the innermost pair that the mark fits; what was opened within it was no mark."""
        pair = self._pop()
        while mark.sign not in CLOSERS[pair.opening]:
            pair = self._pop()
        self._end(pair, mark.start, mark.end)
        pair.closed = True
        if self.open and pair.opening in _STRAIGHT and self.open[-1].opening == pair.opening:
            self.open[-1].holds_straight = True

    def _end(self, pair: Pair, words_end: int, end: int) -> None:
        pair.parts.append((pair.begins, words_end))
        pair.parts = [part for part in (_trimmed(self.text, *part) for part in pair.parts) if part]
        pair.end = end
        if pair.parts:
            self.found.append(pair)


def _marks_in(text: str, passage: Passage) -> Iterator[_Mark]:
    """Yield the marks of a passage with what stands beside them."""
    for match in _MARK.finditer(text, passage.start, passage.end):
        start, end = match.span()
        before = text[start - 1] if start > passage.start else " "
        after = text[end] if end < passage.end else " "
        word_before = not (before.isspace() or before in _BEFORE_AN_OPENING or before in CLOSERS)
        word_after = not (after.isspace() or after in _BEHIND_A_CLOSING)
        if after in CLOSERS or after in _CLOSES_ONLY:
            # Of two marks in a row both open, or both close: the far side of the other tells.
            word_after = end + 1 < passage.end and text[end + 1].isalnum() and not word_before
        if before in CLOSERS:
            word_before = not word_after
        yield _Mark(
            *(start, end, match.group()),
            opens=word_after and not word_before,
            closes=word_before and not word_after,
            between=word_before and word_after,
            before=before,
            after=after,
            follows_stop=before == " " and text[start - 2 : start - 1] in tuple(",.!?"),
        )


def _possessives(marks: list[_Mark]) -> set[int]:
    """Return which single marks are the apostrophe of a plural, as in ‘the players’ room’.

    One behind an s, before a space, is an apostrophe if a surer closing mark
    follows before the next opening one.
    """
    found: set[int] = set()
    surer = False
    for number in range(len(marks) - 1, -1, -1):
        mark = marks[number]
        if mark.sign not in "‘’'":
            continue
        if mark.opens:
            surer = False
        elif mark.closes and mark.before in "sS" and mark.after == " ":
            if surer:
                found.add(number)
        elif mark.closes:
            surer = True
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _trimmed(text: str, start: int, end: int) -> Range | None:
    """Return the range without white space at its ends; None if nothing is left."""
    words = text[start:end]
    bare = words.strip()
    if not bare:
        return None
    begin = start + words.index(bare)
    return begin, begin + len(bare)
