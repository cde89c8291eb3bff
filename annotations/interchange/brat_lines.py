"""Read brat standoff: the .txt for the text, the .ann for the tags."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from annotations.interchange.archives import is_archive, members, names_in
from annotations.interchange.conventions import (
    OWN,
    ROW,
    SHOWN,
    Shelf,
    TagError,
    article,
    own_json,
    quoted,
    reference,
    text_of,
    whole,
    with_features,
)
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRef,
    Record,
    Reject,
    Unreadable,
)

NOTE, OWN_COMMENT = "AnnotatorNotes", "Parallax"
ATTRIBUTES = {
    "Voice": "voice",
    "Polarity": "polarity",
    "Status": "status",
    "RuledCode": "ruled_code",
}
MOST_WAITING = 256 * 1024 * 1024  # bytes of halves whose other half has not come yet
_NOT_ON_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NOT_IN_A_TYPE = re.compile(r"[^A-Za-z0-9_-]")
_TAG = re.compile(
    r"(T\d{1,9}\S{0,40})\t(\S{1,200}) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)(?:\t(.*))?"
)
_ATTRIBUTE = re.compile(r"[AM]\S{1,40}\t(\S+) (T\S+)(?: (.*\S))?\s*")
_COMMENT = re.compile(r"#\S{0,40}\t(\S+) (\S+)(?:\t(.*))?")
_RELATIONAL = ("R", "E", "*", "N")


def held(text: str) -> str:
    """Return what a line of brat's can hold of a text."""
    return _NOT_ON_A_LINE.sub(" ", text).strip()


def type_held(code: str) -> str:
    """Return what brat takes for a type or a value: ASCII letters, digits, _ and -."""
    return _NOT_IN_A_TYPE.sub("_", code) or "_"


@dataclass(slots=True)
class Standoff:
    """What an .ann says: its tags by number, and what else is said of each."""

    tags: dict[str, tuple[int, re.Match[str]]] = field(default_factory=dict)
    said: dict[str, dict[str, str]] = field(default_factory=dict)
    rejects: list[tuple[int, str, str]] = field(default_factory=list)
    relations: int = 0


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield the articles and tags of an archive. Raises Unreadable if no .ann is in it.

    A document that is damaged is a Reject; so are tags of several pieces, and one for all relations
    of a document.
    """
    if not is_archive(file):
        raise Unreadable("Put the .ann in a zip with its .txt, and send that.")
    names = [name for name in names_in(file) if _is_wanted(name)]
    stems = [str(PurePosixPath(name).with_suffix("")) for name in names]
    if not any(name.lower().endswith(".ann") for name in names):
        raise Unreadable("The archive holds no .ann file.")
    pairs, common = Counter(stems), _common(stems)
    halves: dict[str, dict[str, bytes]] = {}
    waiting = 0
    shelf = Shelf()
    for name, member in members(file, wanted=_is_wanted):
        path = PurePosixPath(name)
        stem = str(path.with_suffix(""))
        try:
            content = whole(member)
        except Unreadable as error:
            yield Reject(name, str(error))
            content = b""
        halves.setdefault(stem, {})[path.suffix.lower()] = content
        waiting += len(content)
        if waiting > MOST_WAITING:
            raise Unreadable("Each .ann has to stand beside its .txt in the archive. Pack it anew.")
        if len(halves[stem]) == pairs[stem]:
            done = halves.pop(stem)
            waiting -= sum(map(len, done.values()))
            yield from _read_pair(done, path.with_suffix(""), common, shelf)


def _is_wanted(name: str) -> bool:
    return name.lower().endswith((".ann", ".json", ".txt"))


def _common(stems: Iterable[str]) -> set[str]:
    """Return the documents that several folders have: these are of an annotator each."""
    times = Counter(PurePosixPath(stem).name for stem in set(stems))
    return {name for name, count in times.items() if count > 1}


def _read_pair(
    halves: dict[str, bytes], path: PurePosixPath, common: set[str], shelf: Shelf
) -> Iterator[Record]:
    """Yield what a document's .txt and .ann hold; either may be missing."""
    if halves.keys() == {".json"}:
        return  # somebody's, and no document
    name = f"{path}.ann" if ".ann" in halves else f"{path}.txt"
    try:
        lines = text_of(halves.get(".ann", b""))
        raw = text_of(halves[".txt"]) if ".txt" in halves else None
    except Unreadable as error:
        yield Reject(name, str(error))
        return
    standoff = _standoff(lines)
    ref, text = reference(path.name), None
    if raw is not None:
        text = _as_counted(raw, standoff)
        told, is_new = shelf.put(article(text, _about(halves), name=path.name, place=name))
        ref = told.ref
        if is_new:
            yield told
    for line, reason, row in standoff.rejects:
        yield Reject(f"{name}, line {line}", reason, row[:ROW])
    folder = path.parent.name if path.name in common else ""
    for number, (line, tag) in standoff.tags.items():
        place = f"{name}, line {line}"
        try:
            record = _record(tag, standoff.said.get(number, {}), ref, text)
        except TagError as error:
            yield Reject(place, str(error), tag[0][:ROW])
        else:
            yield replace(record, place=place, annotator=record.annotator or folder)
    if standoff.relations:
        yield Reject(name, f"{standoff.relations} relations, events and such like are left out.")


def _about(halves: dict[str, bytes]) -> dict[str, Any]:
    """Return what we said of the article."""
    try:
        return own_json(halves.get(".json", b"").decode(errors="replace"))
    except TagError:
        return {}


def _standoff(text: str) -> Standoff:
    """Return what the lines of an .ann say. A bad line is among its rejects."""
    found = Standoff()
    for nth, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = line.removesuffix("\r")  # noqa: PLW2901 - the same line
        if tag := _TAG.fullmatch(line):
            if tag[1] in found.tags:
                found.rejects.append((nth, f"{tag[1]} is there twice.", line))
            else:
                found.tags[tag[1]] = nth, tag
        elif attribute := _ATTRIBUTE.fullmatch(line):
            if field_name := ATTRIBUTES.get(attribute[1]):
                found.said.setdefault(attribute[2], {})[field_name] = attribute[3] or ""
        elif comment := _COMMENT.fullmatch(line):
            _comment(found, comment)
        elif line.startswith(_RELATIONAL):
            found.relations += 1
        elif line.strip() and not line.startswith(("A", "M", "#")):
            found.rejects.append((nth, "This is no line of brat's.", line))
    return found


def _comment(found: Standoff, comment: re.Match[str]) -> None:
    kind, number, said = comment[1], comment[2], comment[3] or ""
    if kind == NOTE:
        found.said.setdefault(number, {})["note"] = said.strip()
    elif kind == OWN_COMMENT:
        found.said.setdefault(number, {})[OWN] = said


def _as_counted(raw: str, standoff: Standoff) -> str:
    """Return the text as its offsets count it: brat takes each end of a line for one character."""
    counted = raw.replace("\r\n", "\n").replace("\r", "\n")
    if counted == raw:
        return raw
    return max(
        (counted, raw), key=lambda text: sum(_fits(tag, text) for _, tag in standoff.tags.values())
    )


def _fits(tag: re.Match[str], text: str) -> bool:
    return _words(text, _pieces(tag)) == (tag[4] or "")


def _pieces(tag: re.Match[str]) -> list[tuple[int, int]]:
    places = (place.split(" ") for place in tag[3].split(";"))
    return [(int(start), int(end)) for start, end in places]


def _words(text: str, pieces: list[tuple[int, int]]) -> str:
    """Return what an .ann says of the words in these places."""
    return " ".join(text[start:end].replace("\n", " ") for start, end in pieces)


def _record(
    tag: re.Match[str], said: dict[str, str], ref: ArticleRef, text: str | None
) -> AnnotationRecord:
    """Return the record of a tag, with its words from the text if they do stand there.

    Raises TagError.
    """
    pieces = sorted(_pieces(tag))
    start, end = pieces[0][0], pieces[-1][1]
    if start >= end:
        raise TagError(f"{start}–{end} holds no words.")
    gaps = [(text or "?")[last:first] for (_, last), (first, _) in pairwise(pieces)]
    if any(gap.strip() for gap in gaps) or (gaps and text is None):
        raise TagError("The tag is of several pieces, and words between them are no part of it.")
    own = own_json(said.get(OWN, ""))
    kept = own.pop("code", "")
    code = kept if isinstance(kept, str) and type_held(kept) == tag[2] else tag[2]
    record = AnnotationRecord(ref, start, end, tag[4] or "", code)
    if text is not None and (_fits(tag, text) or not tag[4]):
        start, end = _true_place(own, text, start, end)
        record = replace(quoted(ref, text, start, end), code=code)
    return with_features(record, _features(said, own), held)


def _features(said: dict[str, str], own: dict[str, Any]) -> dict[str, str]:
    """Return what is said of a tag, with what brat has no line for as if it had."""
    missing = {name: held(str(own[name])) for name in SHOWN if name in own and name != "note"}
    return missing | said | {OWN: json.dumps(own)}


def _true_place(own: dict[str, Any], text: str, start: int, end: int) -> tuple[int, int]:
    """Return where a tag begins and ends if line breaks there belong to it."""
    first, last = own.get("start", start), own.get("end", end)
    if not (type(first) is type(last) is int and 0 <= first <= start and end <= last <= len(text)):
        return start, end
    is_blank = not text[first:start].strip() and not text[end:last].strip()
    return (first, last) if is_blank else (start, end)
