"""Read codings from JSON lines: what coders called each unit, or which spans they tagged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotations.agreement.codings import Codings
from annotations.export.json_lines import BadLine, parsed

LONGEST = 1_000_000_000  # code points of a text
MOST_CODES = 200
MOST_CELLS = 50_000_000  # units × codes, texts × coders
OF_SPANS = ("start", "end", "code")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Labels:
    """Which coder gave which code to which unit: three arrays of indices, a coding each."""

    unit: np.ndarray
    coder: np.ndarray
    code: np.ndarray
    stories: np.ndarray  # [units]


@dataclass(frozen=True, slots=True)
class Given:
    """What a file says. Indices are places in the names, which are sorted.

    `sha256` is of the different rows, sorted: the order of lines and keys does not matter.
    `stories` has no names if none are given; then each unit, or text, is a story.
    """

    content: Labels | Codings
    sha256: str
    lines: int
    coders: tuple[str, ...]
    codes: tuple[str, ...]
    units: tuple[str, ...]  # or texts
    stories: tuple[str, ...]


def read(lines: Iterable[bytes]) -> Given:
    """Return what the lines say; blank ones are skipped. Raises BadLine, which names the line."""
    reader: LabelReader | SpanReader | None = None
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = parsed(line)
            if not isinstance(row, dict):
                raise BadLine(f"{json.dumps(row)[:40]} is no object.")
            kind = _kind_of(row)
            reader = reader or kind()
            if not isinstance(reader, kind):
                raise BadLine("it has a 'unit' and others a 'text', or the other way round.")
            reader.add(row)
        except BadLine as problem:
            raise BadLine(f"Line {number}: {problem}") from problem
        count += 1
    if reader is None:
        raise BadLine("There is no line in it.")
    return reader.given(count)


def _kind_of(row: Row) -> type[LabelReader] | type[SpanReader]:
    if ("unit" in row) == ("text" in row):
        both = "both 'unit' and 'text'" if "unit" in row else "neither 'unit' nor 'text'"
        raise BadLine(f"it has {both}.")
    return LabelReader if "unit" in row else SpanReader


class _Reader:
    """What both kinds of lines share: coders, codes with the codes above them, and stories."""

    of_what = ""

    def __init__(self) -> None:
        self.coders: set[str] = set()
        self.parents: dict[str, str] = {}
        self.codes: set[str] = set()
        self.story_of: dict[str, str | None] = {}

    def _unit(self, row: Row) -> str:
        """Return the unit or text that a row is of, its story noted."""
        unit = _name(row, self.of_what)
        story = _name(row, "story") if "story" in row else None
        if self.story_of and (next(iter(self.story_of.values())) is None) != (story is None):
            raise BadLine("either all lines have a 'story' or none.")
        if self.story_of.setdefault(unit, story) != story:
            raise BadLine(f"{unit!r} is in the story {self.story_of[unit]!r} on another line.")
        return unit

    def _coder(self, row: Row) -> str:
        coder = _name(row, "coder")
        self.coders.add(coder)
        return coder

    def _code(self, row: Row) -> str:
        """Return the code of a row, the code above it noted."""
        code = _name(row, "code")
        self.codes.add(code)
        if row.get("parent") is not None:
            self._note_parent(code, _name(row, "parent"))
        if len(self.codes) > MOST_CODES:
            raise BadLine(f"these are more than {MOST_CODES} different codes.")
        return code

    def _note_parent(self, code: str, parent: str) -> None:
        if self.parents.setdefault(code, parent) != parent:
            raise BadLine(f"{code!r} is below {self.parents[code]!r} on another line.")
        if parent in self.parents or code in self.parents.values():
            raise BadLine(f"with {code!r} below {parent!r} there are more than two levels.")
        self.codes.add(parent)

    def _given(self, content: Labels | Codings, rows: list[list[Any]], lines: int) -> Given:
        stories = {story for story in self.story_of.values() if story is not None}
        above = [["parent", code, parent] for code, parent in self.parents.items()]
        found = sorted(json.dumps(row) for row in [*rows, *above])
        return Given(
            content,
            hashlib.sha256("\n".join(found).encode()).hexdigest(),
            lines,
            tuple(sorted(self.coders)),
            tuple(sorted(self.codes)),
            tuple(sorted(self.story_of)),
            tuple(sorted(stories)),
        )

    def _stories(self) -> np.ndarray:
        """Return the story of each unit in the order of their names."""
        units = sorted(self.story_of)
        numbers = _numbers(story for story in self.story_of.values() if story is not None)
        found = [
            numbers[story] if (story := self.story_of[unit]) is not None else place
            for place, unit in enumerate(units)
        ]
        return np.array(found, dtype=np.int64)


class LabelReader(_Reader):
    """Lines of {unit, coder, code}: a coder gives a unit one code. null is no code: missing."""

    of_what = "unit"

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[tuple[str, str], str] = {}

    def add(self, row: Row) -> None:
        unit, coder = self._unit(row), self._coder(row)
        if "code" in row and row["code"] is None:
            return
        code = self._code(row)
        if self.labels.setdefault((unit, coder), code) != code:
            raise BadLine(
                f"{coder!r} has called {unit!r} {self.labels[unit, coder]!r} on another line."
            )

    def given(self, lines: int) -> Given:
        if len(self.story_of) * len(self.codes) > MOST_CELLS:
            raise BadLine(f"{len(self.codes)} codes are too many for so many units.")
        units, coders, codes = map(_numbers, (self.story_of, self.coders, self.codes))
        found = [
            (units[unit], coders[coder], codes[code]) for (unit, coder), code in self.labels.items()
        ]
        unit, coder, code = np.array(found, dtype=np.int64).reshape(-1, 3).T
        rows = [[self.story_of[name], name, by, label] for (name, by), label in self.labels.items()]
        return self._given(Labels(unit, coder, code, self._stories()), rows, lines)


class SpanReader(_Reader):
    """Lines of {text, length, coder, start, end, code}, or without the last three: no tag there.

    Any line of a text may have its `sentences`, [[start, end], …]; else the text is one.
    """

    of_what = "text"

    def __init__(self) -> None:
        super().__init__()
        self.lengths: dict[str, int] = {}
        self.sentences: dict[str, list[list[int]]] = {}
        self.coded: set[tuple[str, str]] = set()
        self.spans: set[tuple[str, str, int, int, str]] = set()

    def add(self, row: Row) -> None:
        text, length = self._unit(row), _whole_number(row, "length")
        if not 0 < length <= LONGEST:
            raise BadLine(f"'length' is {length}, not between 1 and {LONGEST}.")
        if self.lengths.setdefault(text, length) != length:
            raise BadLine(f"{text!r} has the length {self.lengths[text]} on another line.")
        if "sentences" in row:
            self._note_sentences(text, row["sentences"], length)
        coder = self._coder(row)
        self.coded.add((text, coder))
        if any(name in row for name in OF_SPANS):
            start, end = _whole_number(row, "start"), _whole_number(row, "end")
            _check_range(start, end, length)
            self.spans.add((text, coder, start, end, self._code(row)))

    def _note_sentences(self, text: str, given: Any, length: int) -> None:
        if not isinstance(given, list) or not all(
            isinstance(one, list) and len(one) == 2 for one in given
        ):
            raise BadLine("'sentences' is no list of pairs.")
        reached = 0
        for start, end in given:
            pair = {"start": start, "end": end}
            _check_range(_whole_number(pair, "start"), _whole_number(pair, "end"), length)
            if start < reached:
                raise BadLine("'sentences' overlap, or are not in order.")
            reached = end
        if self.sentences.setdefault(text, given) != given:
            raise BadLine(f"{text!r} has other 'sentences' on another line.")

    def given(self, lines: int) -> Given:
        if len(self.lengths) * len(self.coders) > MOST_CELLS:
            raise BadLine(f"{len(self.coders)} coders are too many for so many texts.")
        texts, coders, codes = map(_numbers, (self.lengths, self.coders, self.codes))
        coded = np.zeros((len(texts), len(coders)), dtype=bool)
        for text, by in self.coded:
            coded[texts[text], coders[by]] = True
        found = sorted(
            (texts[text], coders[by], start, end, codes[label])
            for text, by, start, end, label in self.spans
        )
        place, coder, starts, ends, code = np.array(found, dtype=np.int64).reshape(-1, 5).T
        content = Codings(
            np.array([self.lengths[text] for text in texts], dtype=np.int64),
            self._stories(),
            coded,
            place,
            coder,
            starts,
            ends,
            code,
            codes=len(codes),
            parents=tuple(codes.get(self.parents.get(label, ""), -1) for label in codes),
            units=tuple(
                np.array(self.sentences.get(text, [[0, self.lengths[text]]])).reshape(-1, 2)
                for text in texts
            ),
        )
        rows: list[list[Any]] = [
            [self.story_of[text], text, length, self.sentences.get(text)]
            for text, length in self.lengths.items()
        ]
        rows += map(list, self.coded)
        rows += map(list, self.spans)
        return self._given(content, rows, lines)


def _numbers(names: Iterable[str]) -> dict[str, int]:
    """Number the different names in their order."""
    return {name: number for number, name in enumerate(sorted(set(names)))}


def _name(row: Row, key: str) -> str:
    """Return a name, which may be given as a number or, if it is a code, as true or false."""
    if key not in row:
        raise BadLine(f"{key!r} is missing.")
    value = row[key]
    if isinstance(value, bool) and key == "code":
        return str(value).lower()
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadLine(f"{key!r} is neither a string nor a whole number.")
    if not (name := str(value)):
        raise BadLine(f"{key!r} is empty.")
    return name


def _whole_number(row: Row, key: str) -> int:
    if key not in row:
        raise BadLine(f"{key!r} is missing.")
    value = row[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadLine(f"{key!r} is not a whole number.")
    return value


def _check_range(start: int, end: int, length: int) -> None:
    if start < 0:
        raise BadLine(f"'start' is {start}, before the text.")
    if start >= end:
        raise BadLine(f"'start' is {start} and 'end' {end}: nothing is between them.")
    if end > length:
        raise BadLine(f"'end' is {end}, behind the text of {length} code points.")
