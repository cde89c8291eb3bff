"""What the formats of token-based tools have in common: how they name things, and what we add.

Other tools show a tag's code, voice, note and so on as features of a span. What a feature cannot
hold, and what has no feature, is kept beside them as JSON (`own_fields`), so that nothing is lost;
what somebody edits in the other tool goes before what is kept.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from annotations.interchange import own_fields
from annotations.interchange.json_values import BadValue
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    Dataset,
    Unit,
    Unreadable,
)
from annotations.texts.anchoring import CONTEXT
from sources.normalising import UndecodableText, decode

SHOWN = "annotator target polarity voice speaker note status ruled_code".split()
OWN = "parallax"  # the name under which our JSON stands
# INCEpTION's names for the text before anybody tagged it, and for what curators made of the tags.
UNTAGGED = "INITIAL_CAS"
LABELS = "code label value category class tag type".split()  # of these, the first is the code
NO_LABELS = {"id", "identifier", "comment", "note", OWN, *SHOWN}
# Layers of INCEpTION's that say what tokens are, or what a document is, and never what somebody
# thought of its words.
NO_TAGS = (
    *("uima.", "org.dkpro.core.api.xml.", "org.dkpro.core.api.pdf."),
    *(
        f"de.tudarmstadt.ukp.dkpro.core.api.{package}."
        for package in "segmentation metadata lexmorph syntax structure xml pdf".split()
    ),
    *("de.tudarmstadt.ukp.clarin.webanno.api.type.", "de.tudarmstadt.ukp.inception.api."),
)
MAX_DOCUMENT = 64 * 1024 * 1024  # bytes of one document
ROW = 200  # characters that a reject shows
_OUR_NAME = re.compile(r"article-(\d{1,18})-revision-(\d{1,18})")
_LAYERS = {"annotation", "curation"}  # folders of an INCEpTION project
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


class TagError(ValueError):
    """A tag in a file cannot be used; the message says why."""


def features(record: AnnotationRecord, holds: Callable[[str], str]) -> dict[str, str]:
    """Return what a tag says as named strings; `holds` makes of a string what the format can hold.

    Empty ones are left out.
    """
    shown = {name: holds(value) for name in SHOWN if (value := getattr(record, name))}
    code = holds(record.code)
    said = own_fields.of_tag(record)
    kept = {name: value for name, value in said.items() if shown.get(name) != value}
    if code != record.code:
        kept["code"] = record.code
    made = {"code": code, **{name: value for name, value in shown.items() if value}}
    return made | ({OWN: json.dumps(kept)} if kept else {})


def with_features(
    record: AnnotationRecord, said: Mapping[str, str], holds: Callable[[str], str]
) -> AnnotationRecord:
    """Return the record with what `features` made, as it came back. Raises TagError."""
    shown: dict[str, Any] = {name: said[name] for name in SHOWN if said.get(name)}
    shown.setdefault("note", said.get("comment", ""))
    record = replace(record, **shown)
    kept = {
        name: value
        for name, value in own_json(said.get(OWN, "")).items()
        if name not in {"code", *SHOWN}
        or (isinstance(value, str) and holds(value) == said.get(name, ""))
    }
    code = kept.pop("code", record.code)
    try:
        return own_fields.with_fields(replace(record, code=code), kept)
    except BadValue as bad:
        raise TagError(f"In {OWN}, {bad}.") from None


def own_json(said: str) -> dict[str, Any]:
    """Return the object that we left in a file, {} if there is none. Raises TagError."""
    try:
        value = json.loads(said or "{}")
    except (ValueError, RecursionError):
        raise TagError(f"What stands under {OWN} is no JSON any more.") from None
    if not isinstance(value, dict):
        raise TagError(f"What stands under {OWN} is no object.")
    return value


def label_of(names: Iterable[str]) -> str | None:
    """Return which of a layer's features names the code; None if none does."""
    ordered = sorted(names)
    by_name = {name.lower(): name for name in reversed(ordered)}
    liked = next((by_name[label] for label in LABELS if label in by_name), None)
    return liked or next((name for name in ordered if name.lower() not in NO_LABELS), None)


def quoted(ref: ArticleRef, text: str, start: int, end: int) -> AnnotationRecord:
    """Return a record of [start, end) of the file's own text, still without a code.

    Raises TagError if it does not lie in the text, or holds nothing but white space.
    """
    if not 0 <= start < end <= len(text):
        raise TagError(f"{start}–{end} does not lie in the text, which has {len(text)} characters.")
    exact = text[start:end]
    if not exact.strip():
        raise TagError(f"At {start}–{end} there is only white space.")
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return AnnotationRecord(
        ref, start, end, exact, "", unit=Unit.CODE_POINTS, prefix=before, suffix=after
    )


def article(text: str, about: Mapping[str, Any], *, name: str, place: str) -> ArticleRecord:
    """Return the article of a document, by what we said of it, or else by our name for it."""
    try:
        if about:
            return own_fields.article(dict(about), text, name=name, place=place)
    except BadValue:
        pass  # somebody changed it; the text tells which article it is
    return ArticleRecord(reference(name), text, place)


def reference(name: str) -> ArticleRef:
    """Return by what a document's own name names an article: a name of ours holds its numbers."""
    numbers = _OUR_NAME.fullmatch(PurePosixPath(name).name)
    if not numbers:
        return ArticleRef(name=name)
    return ArticleRef(id=int(numbers[1]), revision=int(numbers[2]), name=name)


def by_annotator(records: Sequence[AnnotationRecord]) -> dict[str, list[AnnotationRecord]]:
    """Return each annotator's records under a name for a file; of none, one without records.

    The names are safe on every file system, and differ also where upper case is not told apart.
    """
    layers: dict[str, list[AnnotationRecord]] = defaultdict(list)
    for record in records:
        layers[record.annotator].append(record)
    named: dict[str, list[AnnotationRecord]] = {}
    taken = {UNTAGGED.lower()}
    for annotator in sorted(layers):
        name = stem = safe_name(annotator) or "unnamed"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.lower())
        named[name] = layers[annotator]
    return named or {UNTAGGED: []}


def safe_name(name: str) -> str:
    """Return a name for a file or folder: letters, digits and @+-_ and dots within."""
    safe = re.sub(r"[^\w.@+-]", "_", name).strip(".")[:100]
    return f"_{safe}" if _DEVICES.match(safe) else safe


def layout(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return, by its name in an archive, the document and the annotator that each file is of.

    Files are `document/annotator.xmi` in an archive of ours and in a project of INCEpTION. In
    others too, where the same names come in several folders; else a file is a document by itself.
    """
    paths = {name: PurePosixPath(name) for name in names}
    common = {stem for stem, times in Counter(p.stem for p in paths.values()).items() if times > 1}
    found = {}
    for name, path in paths.items():
        folder = path.parent.name
        of_somebody = folder and (
            _OUR_NAME.fullmatch(folder) or path.stem in common or _LAYERS & set(path.parts[:-2])
        )
        who = path.stem if of_somebody and path.stem != UNTAGGED else ""
        found[name] = (folder if of_somebody else path.stem, who)
    return found


@dataclass
class Shelf:
    """The documents of a file that were told of: several files may hold the same one."""

    _texts: dict[str, int] = field(default_factory=dict)

    def put(self, told: ArticleRecord) -> tuple[ArticleRecord, bool]:
        """Return the article under a name of its own, and whether it is new."""
        name, shelved, number = told.ref.name, hash(told.text), 1
        while self._texts.get(name, shelved) != shelved:
            number += 1
            name = f"{told.ref.name} ({number})"
        is_new = name not in self._texts
        self._texts[name] = shelved
        return replace(told, ref=replace(told.ref, name=name)), is_new


def whole(file: BinaryIO) -> bytes:
    """Return all of a document. Raises Unreadable if it is too large to be one."""
    content = file.read(MAX_DOCUMENT + 1)
    if len(content) > MAX_DOCUMENT:
        raise Unreadable(f"A document may have up to {MAX_DOCUMENT // 1024**2} MB. Split it.")
    return content


def text_of(content: bytes) -> str:
    """Return the characters of a text file: UTF-8, or else what it is likely to be in.

    Raises Unreadable.
    """
    try:
        text = content.decode("utf-8-sig")
        if "\0" not in text:
            return text
    except UnicodeDecodeError:
        pass
    try:
        return decode(content).text
    except UndecodableText as error:
        raise Unreadable(str(error)) from None


def layer_json(dataset: Dataset, layer: str, named: Sequence[str]) -> bytes:
    """Return the layer for INCEpTION's project settings (Layers, Import), with its tag set."""
    tags = [
        {"tag_name": code.key, "tag_description": f"{code.name}: {code.definition}"}
        for code in dataset.codes
    ]
    tag_set = {"name": f"{dataset.name} codes", "language": "", "tags": tags, "create_tag": True}
    said = {
        "name": layer,
        "uiName": "Framing",
        "type": "span",
        "description": f"Tags of the study {dataset.name}",
        "enabled": True,
        "built_in": False,
        "readonly": False,
        "allow_stacking": True,
        "cross_sentence": True,
        "anchoring_mode": "CHARACTERS",
        "overlap_mode": "ANY_OVERLAP",
        "validation_mode": "ALWAYS",
        "lock_to_token_offset": False,
        "multiple_tokens": True,
        "features": [
            {
                "name": name,
                "uiName": name,
                "type": "uima.cas.String",
                "enabled": True,
                "visible": name not in {OWN, "annotator"},
                "multi_value_mode": "NONE",
                "link_mode": "NONE",
                "tag_set": tag_set if name == "code" else None,
            }
            for name in named
        ],
    }
    return json.dumps([said], ensure_ascii=False, indent=1).encode()
