"""Placing annotations of a file on a stored text: never on other words than the file means.

A file may count in other units than it says, or than we do, and its text may differ from the
stored one in line ends and normal form. Whatever an offset is taken to be, the words there have to
be the record's own. Where they stand at two places that could be meant, nothing is placed.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from itertools import accumulate

from annotations.interchange.records import AnnotationRecord, Unit
from annotations.texts.anchoring import AnchorError, TextQuote, quote_at, shortened
from sources.normalising import normalise

ENOUGH = 8  # code points of prefix or suffix that tell one place from another
TELLING = 200  # records that show the unit of a file
MANY = 1_000  # places beyond which nobody wants their number
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")  # what normalising takes for one


class How(StrEnum):
    """In which way an annotation came to its place."""

    AS_GIVEN = "as given"
    CONVERTED = "converted"  # from the unit in which its offsets count
    RE_ANCHORED = "re-anchored"  # by its words: the offsets are missing or lead elsewhere
    UNCHECKED = "unchecked"  # at offsets without words, which nothing can confirm


class Unplaceable(ValueError):
    """The words cannot be placed beyond doubt; the message says why."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an annotation stands. `unit`: in what its offsets count; None if by its words."""

    quote: TextQuote
    how: How
    unit: Unit | None


class _Context(IntEnum):
    """How much of a record's surroundings is found around a place."""

    NONE = 0
    NEAR = 1  # the nearest code points on one side
    SIDE = 2  # all that is given of one side
    WHOLE = 3  # all that is given


@dataclass(frozen=True, slots=True)
class _Line:
    raw_start: int
    raw: str
    stored_start: int
    stored: str


class Ground:
    """A stored text on which many annotations of a file are placed.

    `raw` is the text as the file has it, where that differs: offsets count in it.
    """

    def __init__(self, text: str, raw: str | None = None) -> None:
        self.text = text
        self._raw = None if raw == text else raw
        self._scale = _Scale(text if self._raw is None else self._raw)
        self._leaning: Unit | None = None

    def settle_unit(self, records: Iterable[AnnotationRecord]) -> Unit | None:
        """Find the unit in which most of the records stand that do not say theirs, if one does.

        From then on records that do not say theirs are read by it first. It matters where words
        stand by two units at two places, as repeated letters and syllables do.
        """
        votes: Counter[Unit] = Counter()
        for record in records:
            if record.unit is None and record.exact:
                stands = self._standing(record)
                if 0 < len(stands) < len(self._scale.units):
                    votes.update(stands.keys())
                if votes.total() >= TELLING:
                    break
        first = votes.most_common(2)
        if first and (len(first) == 1 or first[0][1] > first[1][1]):
            self._leaning = first[0][0]
        return self._leaning

    def place(self, record: AnnotationRecord) -> Placed:
        """Return the place of the record's words. Raises Unplaceable.

        The unit of the record comes first, and where it names none, that of `settle_unit`, or the
        one by which the words stand at its offsets; then other units; then the words themselves,
        if they occur once, or once with the record's prefix and suffix.
        """
        if record.start is None or record.end is None:
            return self._by_words(record)
        if not record.exact:
            return self._unchecked(record)
        named = record.unit or (self._leaning if self._scale.wide else Unit.CODE_POINTS)
        if named:
            span = self._span(named, record.start, record.end)
            if span and self._reads(record, *span):
                return self._placed(*span, _how(record, named), named)
        if chosen := self._chosen(record, self._standing(record)):
            unit, span = chosen
            return self._placed(*span, _how(record, unit), unit)
        return self._by_words(record)

    def _standing(self, record: AnnotationRecord) -> dict[Unit, tuple[int, int]]:
        """Return where the record's words stand at its offsets, by the unit that these count."""
        if record.start is None or record.end is None:
            return {}
        spans = {unit: self._span(unit, record.start, record.end) for unit in self._scale.units}
        return {unit: span for unit, span in spans.items() if span and self._reads(record, *span)}

    def _chosen(
        self, record: AnnotationRecord, stands: dict[Unit, tuple[int, int]]
    ) -> tuple[Unit, tuple[int, int]] | None:
        """Return the one place that is meant, None if there is none. Raises Unplaceable."""
        if len(set(stands.values())) > 1:
            stands = self._in_context(record, stands, _Context.WHOLE) or stands
        if (record.prefix or record.suffix) and (record.unit or Unit.CODE_POINTS) not in stands:
            stands = self._in_context(record, stands, _Context.NEAR)
        if len(set(stands.values())) > 1 and self._leaning in stands:
            stands = {self._leaning: stands[self._leaning]}
        if len(set(stands.values())) > 1:
            units = ", and ".join(f"at {start}–{end} by {u}" for u, (start, end) in stands.items())
            raise Unplaceable(
                f"The words stand {units}. Say which in a field named unit, or give the words "
                "before and after them as prefix and suffix."
            )
        return next(iter(stands.items()), None)

    def _in_context(
        self, record: AnnotationRecord, stands: dict[Unit, tuple[int, int]], least: "_Context"
    ) -> dict[Unit, tuple[int, int]]:
        return {u: span for u, span in stands.items() if self._context(record, *span) >= least}

    def _unchecked(self, record: AnnotationRecord) -> Placed:
        assert record.start is not None  # noqa: S101 - for mypy; the caller asked
        assert record.end is not None  # noqa: S101 - as above
        unit = record.unit or self._leaning or Unit.CODE_POINTS
        span = self._span(unit, record.start, record.end)
        if span is None:
            raise Unplaceable(
                f"The offsets {record.start}–{record.end} ({unit}) are not in the text, and the "
                "words are not given."
            )
        return self._placed(*span, How.UNCHECKED, unit)

    def _placed(self, start: int, end: int, how: How, unit: Unit | None) -> Placed:
        try:
            return Placed(quote_at(self.text, start, end), how, unit)
        except AnchorError:
            raise Unplaceable(f"Only white space, or nothing, stands at {start}–{end}.") from None

    def _span(self, unit: Unit, start: int, end: int) -> tuple[int, int] | None:
        """Return offsets of the file as code points of the text; None if they are none."""
        if not 0 <= start < end:
            return None
        first, last = self._scale.code_point(unit, start), self._scale.code_point(unit, end)
        if first is None or last is None:
            return None
        if self._raw is not None:
            return self._through(first), self._through(last)
        return first, last

    def _through(self, place: int) -> int:
        """Return where a place in the file's text lies in the stored one; -1: nowhere."""
        lines, shift = self._lines
        if not lines:
            return -1
        found = bisect_left(lines, place + 1, key=lambda line: line.raw_start) - 1
        line = lines[found]
        column = min(place - line.raw_start, len(line.raw))
        if line.raw != line.stored:
            column = min(len(_stored(line.raw[:column])), len(line.stored))
        return line.stored_start + column - shift

    @cached_property
    def _lines(self) -> tuple[list["_Line"], int]:
        """Return the lines of the file's text, and how much of it the stored text leaves out first.

        No lines, if the two are not the same but for normalising: then the words alone can say
        where they stand.
        """
        raw = self._raw or ""
        shift = normalise(raw).find(self.text)
        if shift < 0:
            return [], 0
        lines, raw_start, stored_start = [], 0, 0
        ends = [*(match.span() for match in LINE_END.finditer(raw)), (len(raw), len(raw))]
        for end, following in ends:
            line = _Line(raw_start, raw[raw_start:end], stored_start, normalise(raw[raw_start:end]))
            lines.append(line)
            raw_start, stored_start = following, stored_start + len(line.stored) + 1
        return lines, shift

    def _reads(self, record: AnnotationRecord, start: int, end: int) -> bool:
        if start < 0:
            return False
        found = self.text[start:end]
        return found == record.exact or (found != "" and found == _stored(record.exact))

    def _context(self, record: AnnotationRecord, start: int, end: int) -> "_Context":
        """Tell how far the record's prefix and suffix stand around a place."""
        prefix, suffix = _stored(record.prefix), _stored(record.suffix)
        before = self.text.endswith(prefix, 0, start)
        after = self.text.startswith(suffix, end)
        if (prefix or suffix) and before and after:
            return _Context.WHOLE
        if (before and len(prefix) >= ENOUGH) or (after and len(suffix) >= ENOUGH):
            return _Context.SIDE
        near_before = prefix.strip() and self.text.endswith(prefix[-ENOUGH:], 0, start)
        near_after = suffix.strip() and self.text.startswith(suffix[:ENOUGH], end)
        return _Context.NEAR if near_before or near_after else _Context.NONE

    def _by_words(self, record: AnnotationRecord) -> Placed:
        """Place words that occur once, or once in their surroundings. Raises Unplaceable."""
        words = _stored(record.exact)
        if not words.strip():
            raise Unplaceable("The words are not given, and there are no offsets.")
        has_context = bool(record.prefix or record.suffix)
        places = list(self._places(words))
        fitting = places
        if has_context and len(places) <= MANY:
            # To be the only place is little: the passage may be gone, and these another's words.
            least = _Context.NEAR if len(places) == 1 else _Context.SIDE
            contexts = {p: self._context(record, p, p + len(words)) for p in places}
            best = max(contexts.values(), default=_Context.NONE)
            fitting = [p for p, context in contexts.items() if context == best >= least]
        if len(fitting) == 1:
            return self._placed(fitting[0], fitting[0] + len(words), How.RE_ANCHORED, None)
        raise Unplaceable(self._complaint(record, words, len(places), has_context))

    def _complaint(
        self, record: AnnotationRecord, words: str, times: int, has_context: bool
    ) -> str:
        said = f"“{shortened(words)}” does not stand at {record.start}–{record.end}, and"
        if record.start is None or record.end is None:
            said = f"“{shortened(words)}” has no offsets, and"
        between = ", none of them beyond doubt between the prefix and suffix given"
        if times == 0:
            return f"{said} it does not occur in the text."
        if times == 1:
            return (
                f"{said} it occurs in the text once, but not between the prefix and suffix given."
            )
        often = f"{times:,}" if times <= MANY else f"more than {MANY:,}"
        return f"{said} it occurs in the text {often} times{between if has_context else ''}."

    def _places(self, words: str) -> Iterator[int]:
        """Yield where the words stand, overlapping places too, up to one beyond MANY."""
        start = -1
        for _ in range(MANY + 1):
            if (start := self.text.find(words, start + 1)) < 0:
                return
            yield start


def _how(record: AnnotationRecord, unit: Unit) -> How:
    return How.AS_GIVEN if unit == (record.unit or Unit.CODE_POINTS) else How.CONVERTED


class _Scale:
    """The offsets of a text in each unit. The marks that take more than one are looked up once."""

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self.wide = not text.isascii()
        self._text = text

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units in which offsets differ here: one, two or three."""
        if not self.wide:
            return (Unit.CODE_POINTS,)
        beyond = bool(self._utf16[0])
        return tuple(unit for unit in Unit if unit != Unit.UTF16 or beyond)

    @cached_property
    def _utf16(self) -> tuple[list[int], list[int]]:
        return _measured(self._text, lambda mark: 1 if mark > "\uffff" else 0)

    @cached_property
    def _bytes(self) -> tuple[list[int], list[int]]:
        return _measured(
            self._text, lambda mark: (mark > "\x7f") + (mark > "\u07ff") + (mark > "\uffff")
        )

    def code_point(self, unit: Unit, offset: int) -> int | None:
        """Return an offset as code points; None within a mark, and beyond the text."""
        if unit == Unit.CODE_POINTS or not self.wide:
            return offset if offset <= self.length else None
        ends, extra = self._utf16 if unit == Unit.UTF16 else self._bytes
        passed = bisect_left(ends, offset + 1)
        place = offset - extra[passed]
        if passed < len(ends):
            size = extra[passed + 1] - extra[passed] + 1
            if ends[passed] - size < offset < ends[passed]:
                return None
        return place if place <= self.length else None


def _stored(part: str) -> str:
    """Return a part of a text as it is stored; white space at its end is not that of a line."""
    return normalise(f"{part}x")[:-1]


def _measured(text: str, more: Callable[[str], int]) -> tuple[list[int], list[int]]:
    """Return where each long mark ends, in units, and how many units more than marks came before.

    The second list is one longer: its last item is for what follows the last mark.
    """
    long = [(place, size) for place, mark in enumerate(text) if (size := more(mark))]
    extra = list(accumulate((size for _, size in long), initial=0))
    ends = [place + 1 + total for (place, _), total in zip(long, extra[1:], strict=True)]
    return ends, extra
