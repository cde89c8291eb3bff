"""Read WebAnno TSV 3: the text from its sentences, the tags from the rows of its tokens."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from annotations.interchange.archives import is_archive, members, names_in
from annotations.interchange.conventions import (
    NO_TAGS,
    OWN,
    ROW,
    Shelf,
    TagError,
    article,
    label_of,
    layout,
    own_json,
    quoted,
    text_of,
    whole,
    with_features,
)
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    Record,
    Reject,
    Unreadable,
)
from annotations.interchange.utf16 import Utf16

FORMAT = "#FORMAT=WebAnno TSV 3.3"
LAYER_LINE, RELATION_LINE, CHAIN_LINE = "#T_SP=", "#T_RL=", "#T_CH="
TEXT_LINE, ABOUT = "#Text=", "#Parallax="
NOTHING = {"", "_"}  # cells where no tag is
WIDEST_GAP = 100_000  # units between two sentences
# What some programs take for the end of a line, or do not take at all; a blank stands in its place.
NOT_IN_A_ROW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_VERSION = re.compile(r"#FORMAT=WebAnno TSV 3\.(\d{1,3})\s*")
_OFFSETS = re.compile(r"(\d{1,9})-(\d{1,9})")
# Possessive, or a cell of thousands of escapes that ends wrongly would take for ever.
_STACKED = re.compile(r"((?:\\.|[^\\\[\]|])*+)(?:\[(\d{1,9})\])?(\||\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(->|[\\\[\]|_;tn*])")
_TEXT_ESCAPE = re.compile(r"\\([\\tnfrb\x00-\x07\x0e-\x1f])")
_OLD_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_WRITTEN = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b"}


@dataclass(frozen=True, slots=True)
class Row:
    """A token or a part of one. Offsets are as they stand in the file."""

    line: int
    begin: int
    end: int
    token: str
    cells: Sequence[str]


@dataclass(slots=True)
class Table:
    """A file taken apart: its layers with their columns, its sentences with their rows."""

    layers: dict[str, dict[int, str]] = field(default_factory=dict)
    relations: dict[str, list[int]] = field(default_factory=dict)
    about: str = ""
    sentences: list[tuple[list[str], list[Row]]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def held(text: str) -> str:
    """Return what a cell can hold of a text."""
    return NOT_IN_A_ROW.sub(" ", text)


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield the articles and tags of an archive, or of one table.

    Raises Unreadable if there is no table; in an archive, one that is damaged is a Reject.
    """
    shelf = Shelf()
    if not is_archive(file):
        file.seek(0)
        yield from _read_table(whole(file), "", "", "", shelf)
        return
    places = layout(name for name in names_in(file) if _is_wanted(name))
    if not places:
        raise Unreadable("The archive holds no .tsv file.")
    for name, member in members(file, wanted=_is_wanted):
        try:
            yield from _read_table(whole(member), *places[name], name, shelf)
        except Unreadable as error:
            yield Reject(name, str(error))


def _is_wanted(name: str) -> bool:
    return name.lower().endswith(".tsv")


def _read_table(
    content: bytes, document: str, annotator: str, name: str, shelf: Shelf
) -> Iterator[Record]:
    """Yield what one table holds; `document` and `annotator` are as its place says, if it does."""
    table = _taken_apart(text_of(content), name)
    about = _said_of_article(table)
    before = about.pop("before", "")
    text, offsets = _text_and_offsets(table, before if isinstance(before, str) else "")
    told = article(text, about, name=document, place=name or "the file")
    told, is_new = shelf.put(told)
    if is_new:
        yield told
    yield from table.rejects
    codes = {layer: label_of(columns.values()) for layer, columns in table.layers.items()}
    for tag in _tags(table):
        place = f"{name}, line {tag.line}".removeprefix(", ")
        try:
            record = _record(tag, told, offsets, codes[tag.layer])
        except (TagError, ValueError) as error:
            yield Reject(place, str(error), str(tag.said)[:ROW])
        else:
            yield replace(record, place=place, annotator=record.annotator or annotator)
    for layer in _related(table):
        yield Reject(name or "the file", f"{layer} relates tags to each other. It is left out.")


def _taken_apart(text: str, name: str) -> Table:
    """Return the table that a file is. Raises Unreadable; a bad row is a Reject in it."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    version = _VERSION.fullmatch(lines[0])
    if not version:
        raise Unreadable(f"This is no WebAnno TSV 3: it begins with {lines[0][:60]!r}.")
    table = Table()
    width = 0
    body = next((nth for nth, line in enumerate(lines[1:], 1) if not line.strip()), len(lines))
    for line in lines[1:body]:
        width = _layer(table, line, width)
    is_old = int(version[1]) <= 1
    for nth, line in enumerate(lines[body:], body + 1):
        if line.startswith(TEXT_LINE):
            if not table.sentences or table.sentences[-1][1]:
                table.sentences.append(([], []))
            table.sentences[-1][0].append(_unescaped_text(line.removeprefix(TEXT_LINE), is_old))
        elif line.startswith(ABOUT):
            table.about = table.about or line.removeprefix(ABOUT)
        elif line and not line.startswith("#"):
            _put_row(table, nth, line, name)
    return table


def _layer(table: Table, line: str, width: int) -> int:
    """Take note of the columns that a line of the header declares; return how many there are."""
    kind, (layer, *columns) = line[: len(LAYER_LINE)], line[len(LAYER_LINE) :].split("|")
    columns = [column for column in columns if column]
    if kind not in {LAYER_LINE, RELATION_LINE, CHAIN_LINE} or not layer:
        raise Unreadable(f"The header has a line that we do not know: {line[:60]!r}.")
    if kind != LAYER_LINE:
        table.relations[layer] = list(range(width, width + len(columns)))
    elif not layer.startswith(NO_TAGS):
        slots = {at for at, column in enumerate(columns) if column.startswith("ROLE_")}
        slots |= {at + 1 for at in slots}  # the type of what the slot leads to
        table.layers.setdefault(layer, {}).update(
            (width + at, column) for at, column in enumerate(columns) if at not in slots
        )
        if not columns:
            table.layers[layer][width] = ""
    return width + max(len(columns), 1)


def _put_row(table: Table, nth: int, line: str, name: str) -> None:
    number, offsets, token, *cells = (*line.split("\t"), "", "", "")
    place = _OFFSETS.fullmatch(offsets)
    if not table.sentences or not place or not re.fullmatch(r"\d+-\d+(?:\.\d+)?", number):
        where = f"{name}, line {nth}".removeprefix(", ")
        table.rejects.append(Reject(where, "This is no row of a token.", line[:ROW]))
        return
    row = Row(nth, int(place[1]), int(place[2]), token, cells)
    table.sentences[-1][1].append(row)


def _said_of_article(table: Table) -> dict[str, object]:
    try:
        return own_json(table.about)
    except TagError:
        return {}


class _CodePoints:
    """Offsets that need no turning: files that other programs make may count code points."""

    def code_point(self, offset: int) -> int:
        return offset


Offsets = Utf16 | _CodePoints


def _text_and_offsets(table: Table, before: str) -> tuple[str, Offsets]:
    """Return the text, and its offsets in the unit by which tokens stand where their rows say."""
    text = _assembled(table, before, is_wide=True)
    if text is not None and text.isascii():
        return text, _CodePoints()
    best: tuple[int, str, Offsets] | None = None
    for is_wide in (True, False):
        text = _assembled(table, before, is_wide=is_wide)
        if text is None:
            continue
        offsets: Offsets = Utf16(text) if is_wide else _CodePoints()
        wrong = _misplaced(table, text, offsets)
        if best is None or wrong < best[0]:
            best = wrong, text, offsets
        if not wrong:
            break
    if best is None:
        raise Unreadable("The sentences overlap, or leave large gaps: their offsets are damaged.")
    return best[1], best[2]


def _assembled(table: Table, before: str, *, is_wide: bool) -> str | None:
    """Return the text of the sentences, None if their offsets cannot be. As INCEpTION does it.

    Between two sentences nothing is recorded: a line feed stands there, and blanks for the rest.
    """
    pieces: list[str] = []
    length = 0
    for lines, rows in table.sentences:
        if not rows:
            continue
        gap = rows[0].begin - length
        if not 0 <= gap <= WIDEST_GAP:
            return None
        if pieces:
            filler = "\n".ljust(gap) if gap else ""
        else:
            filler = before if _length(before, is_wide=is_wide) == gap else " " * gap
        sentence = "\n".join(lines)
        pieces += [filler, sentence]
        length = rows[0].begin + _length(sentence, is_wide=is_wide)
    return "".join(pieces)


def _length(text: str, *, is_wide: bool) -> int:
    return len(text) + (sum(sign > "\uffff" for sign in text) if is_wide else 0)


def _misplaced(table: Table, text: str, offsets: Offsets) -> int:
    """Count the rows whose token does not stand where they say."""
    wrong = 0
    for _, rows in table.sentences:
        for row in rows:
            try:
                found = text[offsets.code_point(row.begin) : offsets.code_point(row.end)]
            except ValueError:
                found = ""
            wrong += found != row.token
    return wrong


@dataclass(slots=True)
class Tag:
    """A tag as its rows have it; `tokens` are those that it was found on."""

    layer: str
    line: int
    rows: list[Row] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)


def _tags(table: Table) -> list[Tag]:
    """Return the tags in the order in which they begin; one on several rows has a number."""
    tags: dict[tuple[object, ...], Tag] = {}
    for _, rows in table.sentences:
        for row in rows:
            for layer, columns in table.layers.items():
                for at, column in columns.items():
                    cell = row.cells[at] if at < len(row.cells) else ""
                    if cell in NOTHING:
                        continue
                    for nth, (value, number) in enumerate(_stacked(cell)):
                        key = (layer, number) if number else (layer, row.line, nth)
                        tag = tags.setdefault(key, Tag(layer, row.line))
                        if not tag.rows or tag.rows[-1] is not row:
                            tag.rows.append(row)
                        if value is not None:
                            tag.said.setdefault(column, value)
    return list(tags.values())


def _stacked(cell: str) -> Iterator[tuple[str | None, str]]:
    """Yield each value in a cell, None for a tag without one, and the tag's number or ""."""
    at = 0
    while at <= len(cell):
        found = _STACKED.match(cell, at)
        if not found:  # a bracket that nobody escaped: the rest is one value
            yield _unescaped(cell[at:]), ""
            return
        yield None if found[1] == "*" else _unescaped(found[1]), found[2] or ""
        if not found[3]:
            return
        at = found.end()


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda found: _WRITTEN.get(found[1], found[1]), value)


def _unescaped_text(line: str, is_old: bool) -> str:
    """Return a line of text; up to version 3.1 it is escaped as in Java."""
    if is_old:
        return _OLD_ESCAPE.sub(
            lambda found: chr(int(found[1], 16)) if found[1] else _WRITTEN.get(found[2], found[2]),
            line,
        )
    return _TEXT_ESCAPE.sub(lambda found: _WRITTEN.get(found[1], found[1]), line)


def _record(tag: Tag, told: ArticleRecord, offsets: Offsets, code: str | None) -> AnnotationRecord:
    """Return the record of a tag. Raises TagError, or ValueError for offsets."""
    text = told.text or ""
    label = tag.said.get(code or "", "")
    if not label:
        raise TagError(f"A {tag.layer} without a code. Give its layer a feature of text.")
    places = [(offsets.code_point(row.begin), offsets.code_point(row.end)) for row in tag.rows]
    for row, (start, end) in zip(tag.rows, places, strict=True):
        if text[start:end] != row.token:
            raise TagError(f"{row.token[:40]!r} does not stand at {row.begin}–{row.end}.")
    start, end = min(start for start, _ in places), max(end for _, end in places)
    record = quoted(told.ref, text, *_true_place(tag, text, start, end))
    return with_features(replace(record, code=label), tag.said, held)


def _true_place(tag: Tag, text: str, start: int, end: int) -> tuple[int, int]:
    """Return where a tag begins and ends if white space there belongs to it."""
    own = own_json(tag.said.get(OWN, ""))
    first, last = own.get("start", start), own.get("end", end)
    if not (type(first) is type(last) is int and 0 <= first <= start and end <= last <= len(text)):
        return start, end
    is_blank = not text[first:start].strip() and not text[end:last].strip()
    return (first, last) if is_blank else (start, end)


def _related(table: Table) -> list[str]:
    """Return the layers of relations that are used."""
    return [
        layer
        for layer, columns in table.relations.items()
        if any(
            row.cells[at] not in NOTHING
            for _, rows in table.sentences
            for row in rows
            for at in columns
            if at < len(row.cells)
        )
    ]
