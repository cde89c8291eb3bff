"""Read JSON of any length value by value, and refuse what is not plain JSON.

A file is one value, an array, or a value a line; arrays and lines are read one by one, so that only
the value in hand is in memory. Refused are keys that come twice, NaN and infinity, numbers of
thousands of digits, arrays in arrays in arrays without end, and halves of surrogate pairs.
"""

import codecs
import json
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, NoReturn

from annotations.interchange.records import Reject, Unreadable

CHUNK = 1024 * 1024  # bytes that are read at a time
MAX_VALUE = 16 * 1024 * 1024  # characters of one value: a text of two million words fits
_TOO_LONG = f"One value in the file has over {MAX_VALUE:,} characters. Split it."
ROW = 200  # characters of a value that a reject shows
# Where a value ends too early, the decoder complains of the last characters that it has. An
# unended string is the exception: of its beginning.
_SLACK = 16
_BLANK = " \t\r\n"
_BLANKS = re.compile(f"[{_BLANK}]*+")


class BadValue(ValueError):
    """A value is not what it has to be; the message says in what."""


def values(
    file: BinaryIO, *, lists: Collection[str] = (), within: Collection[str] = ()
) -> Iterator[tuple[str, Any]]:
    """Yield the values in the file, each with its place, such as `item 12` or `line 12`.

    Of an object that is the whole file, the items of the arrays under the keys `lists` are yielded
    in its stead, also where they stand in an object under a key of `within`. A value that is JSON
    but refused is a Reject, and so is a bad line among lines. Raises Unreadable at what cannot be
    told apart from what follows.
    """
    text = _Text(file)
    start = text.peek()
    if not start:
        raise Unreadable("The file is empty.")
    if start == "[":
        yield from _items(text)
    elif start == "{" and text.has_lines_of_objects():
        yield from _lines(text)
        return
    elif start == "{":
        yield from _parts(text, lists, within)
    else:
        raise Unreadable("The file is not JSON: it begins with neither { nor [.")
    if text.peek():
        raise Unreadable("Something follows the end of the JSON. Export the file again.")


def _items(text: "_Text") -> Iterator[tuple[str, Any]]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    number, ended = 0, ""
    while ended != "]":
        number += 1
        yield f"item {number}", text.value(f"item {number}")
        ended = text.take(",]")


def _parts(
    text: "_Text", lists: Collection[str], within: Collection[str]
) -> Iterator[tuple[str, Any]]:
    """Yield the items of an object's lists, or the object itself if it has none of them."""
    rest: dict[str, Any] = {}
    kept = 0  # characters of what is in it
    has_lists = False
    text.take("{")
    ended = text.take("}") if text.peek() == "}" else ""
    while ended != "}":
        begun = text.passed
        key = text.value("a key")
        if not isinstance(key, str) or key in rest:
            raise Unreadable("The file is not JSON: a key is no string, or comes twice.")
        text.take(":")
        rest[key] = None
        if key in lists and text.peek() == "[":
            has_lists = True
            yield from _items(text)
        elif key in within and text.peek() == "{":
            has_lists = True
            yield from _parts(text, lists, ())
        else:
            rest[key] = text.value(key)
            kept += text.passed - begun
            if kept > MAX_VALUE:
                raise Unreadable(_TOO_LONG)
        ended = text.take(",}")
    if not has_lists:
        refused = next((value for value in rest.values() if isinstance(value, Reject)), None)
        yield "the file", refused or rest


def _lines(text: "_Text") -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.lines(), 1):
        if line.strip(_BLANK):
            place = f"line {number}"
            try:
                yield place, _STRICT.decode(line.strip(_BLANK))
            except (ValueError, RecursionError) as error:
                yield place, Reject(place, f"This is no JSON: {_complaint(error)}.", line[:ROW])


class _Text:
    """The characters of a file, of which those from `_at` on are still to be read."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        first = file.read(3)
        file.seek(0)
        wide = first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
        self._file = file
        self._buffer = ""
        self._at = 0
        self._before = 0  # characters that the buffer has no more
        self._ended = False

    def _more(self) -> None:
        """Read on, twice as far if a value is long, so that beginning it anew costs little."""
        left = len(self._buffer) - self._at
        if left > MAX_VALUE:
            raise Unreadable(_TOO_LONG)
        chunk = self._file.read(max(CHUNK, left))
        self._ended = not chunk
        try:
            self._buffer = self._buffer[self._at :] + self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            raise Unreadable("The file is not in UTF-8, or is cut. Save it as UTF-8.") from None
        self._before += self._at
        self._at = 0

    @property
    def passed(self) -> int:
        """How many characters of the file are read."""
        return self._before + self._at

    def peek(self) -> str:
        """Return the next character that is not blank, "" at the end of the file."""
        while True:
            blanks = _BLANKS.match(self._buffer, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._buffer) or self._ended:
                return self._buffer[self._at : self._at + 1]
            self._more()

    def take(self, expected: str) -> str:
        """Pass over the next character, which is one of `expected`, and return it."""
        found = self.peek()
        if not found:
            raise Unreadable("The file is cut: the JSON in it does not end. Export it again.")
        if found not in expected:
            near = self._buffer[self._at : self._at + 20].encode("utf-8", "replace").decode()
            raise Unreadable(f"The file is not JSON near {near!r}.")
        self._at += 1
        return found

    def value(self, place: str) -> Any:
        """Return the next value; a Reject if it is JSON, but such as nobody has a use for."""
        self.peek()
        while True:
            decoded: Any
            try:
                decoded, end = _STRICT.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                unended = error.msg.startswith("Unterminated")
                if self._ended or not (unended or error.pos > len(self._buffer) - _SLACK):
                    raise Unreadable(
                        f"The file is not JSON, or cut: {_complaint(error)}."
                    ) from None
                self._more()
                continue
            except RecursionError as error:
                raise Unreadable(f"The file cannot be read: {_complaint(error)}.") from None
            except ValueError as error:
                decoded, end = self._refused(place, error)
            if end < len(self._buffer) or self._ended:  # a number might go on otherwise
                self._at = end
                return decoded
            self._more()

    def _refused(self, place: str, error: ValueError) -> tuple[Reject, int]:
        """Return a Reject for the value here, and where it ends."""
        while True:
            try:
                _, end = _LENIENT.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError):
                if self._ended:
                    raise Unreadable(f"The file cannot be read: {_complaint(error)}.") from None
                self._more()
                continue
            row = self._buffer[self._at : min(end, self._at + ROW)]
            return Reject(place, f"This cannot be used: {_complaint(error)}.", row), end

    def has_lines_of_objects(self) -> bool:
        """Tell whether the next two lines with something on them both begin with {."""
        while True:
            lines = [line for line in self._buffer[self._at :].split("\n", 2) if line.strip(_BLANK)]
            if len(lines) > 1 or self._ended:
                return len(lines) > 1 and lines[1].lstrip(_BLANK).startswith("{")
            if len(self._buffer) - self._at > MAX_VALUE:
                return False
            self._more()

    def lines(self) -> Iterator[str]:
        """Yield each line that is left."""
        while not (self._ended and self._at == len(self._buffer)):
            end = self._buffer.find("\n", self._at)
            if end < 0 and not self._ended:
                self._more()
                continue
            end = len(self._buffer) if end < 0 else end + 1
            line, self._at = self._buffer[self._at : end], end
            yield line


def _complaint(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "values are nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]}"
    if isinstance(error, BadValue):
        return str(error)
    return "a number in it has thousands of digits"


def _no_constant(name: str) -> NoReturn:
    raise BadValue(f"{name} is no number of JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in made if keys.count(key) > 1)
        raise BadValue(f"{twice[:40]!a} is in it twice")
    return made


_STRICT = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_object)
_LENIENT = json.JSONDecoder(parse_constant=str, parse_int=str, parse_float=str)


def words(holder: dict[str, Any], *keys: str) -> str:
    """Return the string under the first of the keys that has one; "" if none is there.

    Raises BadValue for another kind of value, and for half a surrogate pair.
    """
    for key in keys:
        value = holder.get(key)
        if value is None or value == "":
            continue
        return checked(value, key)
    return ""


def checked(value: Any, name: str) -> str:
    """Return a string that UTF-8 can hold. Raises BadValue."""
    if not isinstance(value, str):
        raise BadValue(f"{name!r} is no string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadValue(f"{name!r} holds half a surrogate pair") from None
    return value


def whole(holder: dict[str, Any], *keys: str) -> int | None:
    """Return the whole number under the first of the keys that is there. Raises BadValue."""
    for key in keys:
        value = holder.get(key)
        if value is None:
            continue
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
            raise BadValue(f"{key!r} is no whole number")
        return value
    return None


def objects(value: Any, name: str) -> list[dict[str, Any]]:
    """Return a list of objects; of one object, that one; of None, none. Raises BadValue."""
    listed = [value] if isinstance(value, dict) else value or []
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise BadValue(f"{name!r} is no list of objects")
    return listed


def moment(holder: dict[str, Any], *keys: str) -> datetime | None:
    """Return the time in ISO 8601 under the first key that has one; in UTC if it names no zone.

    Raises BadValue.
    """
    said = words(holder, *keys)
    if not said:
        return None
    try:
        read = datetime.fromisoformat(said)
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    except ValueError:
        raise BadValue(f"{said[:40]!r} is no time in ISO 8601") from None


def shown(value: Any) -> str:
    """Return the beginning of a value, for a reject."""
    return json.dumps(value, ensure_ascii=False)[:ROW].encode("utf-8", "replace").decode()
