"""W3C Web Annotation in JSON-LD (https://www.w3.org/TR/annotation-model/).

A study is written as one AnnotationCollection with one page. What the model has no word for stands
under terms of our own, which the second @context names, so that a JSON-LD processor keeps it. The
time at which the file was made (`generated`) is in it only if it is given: the same tags make the
same bytes. Read are collections, pages, lists, lines and single annotations, also as Hypothesis
and Recogito write them.
"""

import base64
import json
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from annotations.interchange.json_values import (
    BadValue,
    checked,
    moment,
    shown,
    values,
    whole,
    words,
)
from annotations.interchange.own_fields import written
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRef,
    Dataset,
    Document,
    Record,
    Reject,
    Unit,
    Unreadable,
)

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
TERMS = "urn:x-parallax:"
NAMES = uuid.UUID("6f1b2d53-6a4e-5d0c-9c5b-0d4b2b3f7a11")  # of ids that are made from a study's key
GENERATOR = {"id": f"{TERMS}software", "type": "Software", "name": "Parallax"}
SHA256 = "ni:///sha-256;"  # RFC 6920: a name for bytes by their digest
# RFC 3987, as far as the characters that no IRI may have.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f-\x9f]+")
TAGGING = {"tagging", "classifying", "identifying"}
OTHER = {"commenting", "describing", "replying", "editing", "questioning"}  # bodies that are words
# Our words for a tag -> their names in the file.
OWN = {
    "voice": "parallax:voice",
    "speaker": "parallax:speaker",
    "target": "parallax:target",
    "polarity": "parallax:polarity",
    "status": "parallax:status",
    "ruled_code": "parallax:ruledCode",
}
LISTS = ("items", "rows", "@graph", "annotations")


def write(
    documents: Iterable[Document],
    file: BinaryIO,
    dataset: Dataset,
    *,
    generated: datetime | None = None,
) -> None:
    """Write the tags as one collection. `generated`: when, if the file is to say so."""
    collection = uuid.uuid5(NAMES, dataset.key)
    page = f"urn:uuid:{uuid.uuid5(collection, 'page 1')}"
    head: dict[str, Any] = {
        "@context": [CONTEXT, {"parallax": TERMS}],
        "id": f"urn:uuid:{collection}",
        "type": "AnnotationCollection",
        "label": dataset.name,
    }
    if dataset.licence:
        is_iri = IRI.fullmatch(dataset.licence)
        head["rights" if is_iri else "parallax:licence"] = dataset.licence
    first = {"id": page, "type": "AnnotationPage", "partOf": head["id"], "startIndex": 0}
    file.write(f'{_json(head)[:-1]},\n"first": {_json(first)[:-1]}, "items": ['.encode())
    total = 0
    for document in documents:
        for record in document.annotations:
            made = _annotation(record, document, generated)
            file.write(f"{',' if total else ''}\n{_json(made)}".encode())
            total += 1
    file.write(f'\n]}},\n"last": {_json(page)}, "total": {total}}}\n'.encode())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _annotation(
    record: AnnotationRecord, document: Document, generated: datetime | None
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": _name(record.id),
        "type": "Annotation",
        "motivation": "tagging",
        "creator": {"type": "Person", "nickname": record.annotator} if record.annotator else None,
        "created": written(record.created_at),
        "modified": written(record.updated_at),
        "generator": GENERATOR,
        "generated": written(generated),
        "body": [_text_body("tagging", record.code)],
        "target": _target(record, document),
        **{name: getattr(record, ours) for ours, name in OWN.items()},
        "parallax:codebookRevision": record.codebook_revision,
    }
    if record.note:
        made["body"].append(_text_body("commenting", record.note))
    return {name: value for name, value in made.items() if value not in (None, "")}


def _name(id: str) -> str:
    """Return an IRI for an annotation's id: its UUID's, or one that is made of it."""
    try:
        return f"urn:uuid:{uuid.UUID(id)}"
    except ValueError:
        return id if IRI.fullmatch(id) else f"urn:uuid:{uuid.uuid5(NAMES, id)}"


def _text_body(purpose: str, value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "format": "text/plain", "value": value}


def _target(record: AnnotationRecord, document: Document) -> dict[str, Any]:
    ref = document.article.ref
    text = f"{SHA256}{_digest(ref.sha256)}" if ref.sha256 else f"{TERMS}revision:{ref.revision}"
    is_iri = bool(IRI.fullmatch(ref.url))
    made = {
        "type": "SpecificResource",
        "source": ref.url if is_iri else text,
        "state": {"type": "TimeState", "cached": text},
        "selector": [
            {"type": "TextPositionSelector", "start": record.start, "end": record.end},
            {
                "type": "TextQuoteSelector",
                "exact": record.exact,
                "prefix": record.prefix,
                "suffix": record.suffix,
            },
        ],
        "parallax:article": ref.id,
        "parallax:revision": ref.revision,
        "parallax:externalId": ref.external_id,
        "parallax:url": "" if is_iri else ref.url,
    }
    return {name: value for name, value in made.items() if value not in (None, "")}


def _digest(sha256: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")


def _sha256(name: Any) -> str:
    """Return the digest that a name of RFC 6920 has, "" if it is none."""
    if not isinstance(name, str) or not name.startswith(SHA256):
        return ""
    try:
        digest = base64.urlsafe_b64decode(f"{name.removeprefix(SHA256)}=")
    except ValueError:
        return ""
    return digest.hex() if len(digest) == 32 else ""


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield a record per tag and target, or why there is none. Raises Unreadable."""
    for place, value in values(file, lists=LISTS, within=("first",)):
        if isinstance(value, Reject):
            yield value
        else:
            yield from _unfolded(value, place)


def _unfolded(value: Any, place: str) -> Iterator[Record]:
    """Yield the records of an annotation, or of a collection or page that stands in a line."""
    try:
        if not isinstance(value, dict):
            raise BadValue("it is no object")
        first = value.get("first")
        inner: dict[str, Any] = first if isinstance(first, dict) else value
        for name in LISTS:
            if "target" not in value and isinstance(inner.get(name), list):
                for number, item in enumerate(inner[name], 1):
                    yield from _unfolded(item, f"{place}, item {number}")
                return
        yield from list(_records(value, place))  # all of an annotation, or none
    except BadValue as error:
        yield Reject(place, f"This is no annotation that we can use: {error}.", shown(value))
    except RecursionError:
        raise Unreadable("The file cannot be read: values are nested too deeply.") from None


@dataclass(slots=True)
class _Said:
    """What the bodies of an annotation say."""

    codes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _records(value: dict[str, Any], place: str) -> Iterator[AnnotationRecord]:
    if "target" not in value:
        pages = "its items are not in this file" if "first" in value else "it has no target"
        raise BadValue(pages)
    said = _said(value)
    if not said.codes:
        raise BadValue("it has no tag: no body has the purpose tagging")
    common: dict[str, Any] = {ours: words(value, name) for ours, name in OWN.items()}
    common |= {
        "place": place,
        "annotator": _annotator(value),
        "note": "\n\n".join(said.notes),
        "codebook_revision": whole(value, "parallax:codebookRevision"),
        "created_at": moment(value, "created"),
        "updated_at": moment(value, "modified", "updated"),
    }
    id = _id(words(value, "id", "@id"))
    unit = Unit.CODE_POINTS if value.get("generator") == GENERATOR else None
    for target in _targets(value):
        for code in said.codes:
            yield AnnotationRecord(**{"unit": unit, **target, **common}, code=code, id=id)
            id = ""  # of the first alone


def _id(name: str) -> str:
    return name.removeprefix("urn:uuid:").removeprefix("#")


def _annotator(value: dict[str, Any]) -> str:
    """Return who made it: a nickname or name, or what an account is called."""
    creator = value.get("creator") or value.get("user")
    if isinstance(creator, list):
        creator = creator[0] if creator else None
    if isinstance(creator, dict):
        creator = words(creator, "nickname", "name", "email", "id")
    if not creator:
        return ""
    name = checked(creator, "creator")
    account = re.fullmatch(r"acct:([^@]+)@.*", name)
    return account[1] if account else name


def _said(value: dict[str, Any]) -> _Said:
    said = _Said()
    motivation = value.get("motivation")
    for tag in _listed(value.get("tags")):  # Hypothesis, in its own form
        said.codes.append(checked(tag, "tags"))
    if note := words(value, "text"):
        said.notes.append(note)
    bodies = _listed(value.get("body")) + _listed(value.get("bodyValue"))
    for body in bodies:
        _hear(body, motivation, said)
    return said


def _hear(body: Any, motivation: Any, said: _Said) -> None:
    """Add what a body says, or each of its items."""
    if isinstance(body, str):
        body = {"type": "TextualBody", "value": body}
    if not isinstance(body, dict):
        raise BadValue("a body is neither an object nor a string")
    if isinstance(body.get("items"), list):
        for item in body["items"]:
            _hear(item, motivation, said)
        return
    purposes = set(map(str, _listed(body.get("purpose")) or _listed(motivation)))
    purposes = {purpose.rsplit(":", 1)[-1].rsplit("#", 1)[-1] for purpose in purposes}
    source = body.get("source")
    if isinstance(source, dict):
        source = words(source, "label", "id")
    meant = words(body, "value", "label", "chars") or words({"source": source}, "source")
    if not meant:
        return
    if purposes & TAGGING:
        said.codes.append(meant)
    elif not purposes or purposes & OTHER or body.get("type") == "TextualBody":
        said.notes.append(meant)


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return those of the values that are here, and not only named."""
    return [item for item in _listed(value) if isinstance(item, dict)]


def _targets(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a record says of each of the annotation's targets."""
    targets = _listed(value["target"])
    for target in targets:
        if isinstance(target, str):
            raise BadValue("its target is a whole page, not words on it")
        if not isinstance(target, dict):
            raise BadValue("its target is no object")
        yield {"ref": _ref(target, value), **_selected(target)}
    if not targets:
        raise BadValue("it has no target")


def _ref(target: dict[str, Any], value: dict[str, Any]) -> ArticleRef:
    source = target.get("source", value.get("uri"))
    if isinstance(source, dict):
        source = source.get("id")
    named = words({"source": source}, "source") or words(target, "id")
    cached = [state.get("cached") for state in _objects(target.get("state"))]
    sha256 = next(filter(None, map(_sha256, [*cached, named])), "")
    is_page = bool(re.match(r"https?:", named))
    return ArticleRef(
        id=whole(target, "parallax:article"),
        revision=whole(target, "parallax:revision"),
        sha256=sha256,
        url=named if is_page else words(target, "parallax:url"),
        external_id=words(target, "parallax:externalId"),
        name="" if is_page or named.startswith((SHA256, TERMS)) else named,
    )


def _selected(target: dict[str, Any]) -> dict[str, Any]:
    """Return what the target's selectors, which all mean the same words, say of these.

    A position within another selector's part is of no use: it does not count from the text's
    beginning. Raises BadValue.
    """
    found: dict[str, Any] = {"start": None, "end": None, "exact": ""}
    for selector, is_within in _selectors(target.get("selector")):
        kind = words(selector, "type").removeprefix("oa:")
        if kind == "TextQuoteSelector":
            found |= {name: words(selector, name) for name in ("exact", "prefix", "suffix")}
        elif kind in {"TextPositionSelector", "DataPositionSelector"} and not is_within:
            start, end = whole(selector, "start"), whole(selector, "end")
            if start is None or end is None or not 0 <= start < end:
                raise BadValue(f"its position {start}–{end} is no range")
            found |= {"start": start, "end": end}
            found |= {"unit": Unit.BYTES} if kind == "DataPositionSelector" else {}
    if found["start"] is None and not found["exact"]:
        raise BadValue("no selector says where its words stand, or what they are")
    return found


def _selectors(value: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield each selector, and whether it stands within another one's part."""
    for selector in _objects(value):
        yield selector, False
        inner: Any = selector.get("refinedBy")
        while isinstance(inner, dict):
            yield inner, True
            inner = inner.get("refinedBy")
