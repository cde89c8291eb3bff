"""UIMA CAS XMI, as INCEpTION and WebAnno read and write it, written through dkpro-cassis.

An archive has a folder for each text, and in it a CAS for each annotator. Offsets in a CAS count
UTF-16 units. XML has no place for a few characters; U+FFFD stands in theirs, and what they were is
kept as JSON (`annotations.interchange.conventions`).
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from cassis import Cas, TypeSystem
from cassis.typesystem import Type

from annotations.interchange import cas_xml, own_fields
from annotations.interchange.archives import Archive, is_archive, members, names_in
from annotations.interchange.conventions import (
    NO_TAGS,
    OWN,
    ROW,
    SHOWN,
    Shelf,
    TagError,
    article,
    by_annotator,
    features,
    label_of,
    layer_json,
    layout,
    own_json,
    quoted,
    whole,
    with_features,
)
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    Dataset,
    Document,
    Record,
    Reject,
    Unreadable,
)
from annotations.interchange.tokenising import Sentence, tokenised
from annotations.interchange.utf16 import Utf16

LAYER = "webanno.custom.Framing"
ARTICLE = "parallax.Article"  # what we say of the article, under `about`
SEGMENTATION = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type"
METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"
META_FEATURES = "documentTitle documentId documentUri collectionId".split()
# Of relations, and of links of a chain: they say something of two tags, and are none.
RELATIONAL = {"Dependent", "Governor", "referenceRelation", "referenceType"}
SPAN_FEATURES = {"begin", "end", "sofa"}
SKIPPED = frozenset({f"{SEGMENTATION}.Token", f"{SEGMENTATION}.Sentence"})
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
INSTEAD = "\ufffd"


def write(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:
    """Write a zip with `document/annotator.xmi` for each text and annotator."""
    types = _types()
    with Archive(file) as archive:
        archive.add("TypeSystem.xml", types.to_xml().encode())
        archive.add("layer.json", layer_json(dataset, LAYER, ("code", *SHOWN, OWN)))
        for document in documents:
            sentences = tokenised(document.article.text or "", document.article.language)
            for name, records in by_annotator(document.annotations).items():
                cas = _cas(types, document, sentences, dataset)
                span = types.get_type(LAYER)
                for record in records:
                    said = features(record, _held)
                    cas.add(span(begin=record.start, end=record.end, **said))
                archive.add(f"{document.name}/{name}.xmi", cas.to_xmi().encode())


class _Types(TypeSystem):
    """A type system that remembers which type is of which: dkpro-cassis asks for every token."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[tuple[str, str], bool] = {}

    def is_instance_of(self, type_: Type | str, parent: Type | str) -> bool:
        key = type_ if isinstance(type_, str) else type_.name, str(getattr(parent, "name", parent))
        if key not in self._known:
            self._known[key] = super().is_instance_of(type_, parent)
        return self._known[key]


def _types() -> TypeSystem:
    types = _Types()
    for name in sorted(SKIPPED):
        types.create_type(name, "uima.tcas.Annotation")
    for name, parent, own in (
        (METADATA, "uima.tcas.DocumentAnnotation", META_FEATURES),
        (LAYER, "uima.tcas.Annotation", ["code", *SHOWN, OWN]),
        (ARTICLE, "uima.cas.TOP", ["about"]),
    ):
        made = types.create_type(name, parent)
        for feature in own:
            types.create_feature(made, feature, "uima.cas.String")
    return types


def _cas(
    types: TypeSystem, document: Document, sentences: Sequence[Sentence], dataset: Dataset
) -> Cas:
    """Return a CAS of the text, its sentences and tokens, still without tags."""
    told = document.article
    text = _held(told.text or "")
    cas = Cas(typesystem=types)
    cas.sofa_string, cas.sofa_mime = text, "text/plain"
    metadata, about = types.get_type(METADATA), types.get_type(ARTICLE)
    sentence, token = (types.get_type(f"{SEGMENTATION}.{name}") for name in ("Sentence", "Token"))
    cas.add(
        metadata(
            begin=0,
            end=len(text),
            language=told.language or "x-unspecified",
            documentTitle=document.name,
            documentId=document.name,
            documentUri=_held(told.ref.url) or None,
            collectionId=dataset.key,
        )
    )
    cas.add(about(about=json.dumps(_about(told))))
    for one in sentences:
        cas.add(sentence(begin=one.start, end=one.end))
        for start, end in one.tokens:
            cas.add(token(begin=start, end=end))
    return cas


def _about(told: ArticleRecord) -> dict[str, object]:
    """Return what we say of the article, and of the characters that are not in its text."""
    lost = {str(match.start()): match[0] for match in NOT_XML.finditer(told.text or "")}
    return own_fields.of_article(told) | ({"not_xml": lost} if lost else {})


def _held(text: str) -> str:
    return NOT_XML.sub(INSTEAD, text)


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield the articles and tags of an archive, or of one CAS.

    Archives in the archive are opened: in a project of INCEpTION each CAS stands in one. Raises
    Unreadable if there is no CAS; in an archive, a CAS that is damaged is a Reject.
    """
    shelf = Shelf()
    if not is_archive(file):
        file.seek(0)
        yield from _read_cas(whole(file), "", "", "", shelf)
        return
    places = layout(name for name in names_in(file) if _is_wanted(name))
    found = False
    for name, member in members(file, wanted=_is_wanted, zips=True):
        document, annotator = places[name]
        try:
            for cas in _cases_in(member):
                found = True
                yield from _read_cas(cas, document, annotator, name, shelf)
        except Unreadable as error:
            yield Reject(name, str(error))
    if not found:
        raise Unreadable("The archive holds no .xmi file.")


def _is_wanted(name: str) -> bool:
    return name.lower().endswith((".xmi", ".zip"))


def _cases_in(member: BinaryIO) -> Iterator[bytes]:
    if not is_archive(member):
        yield whole(member)
        return
    for _, inner in members(member, wanted=lambda name: name.lower().endswith(".xmi")):
        yield whole(inner)


def _read_cas(
    content: bytes, document: str, annotator: str, name: str, shelf: Shelf
) -> Iterator[Record]:
    """Yield what one CAS holds; `document` and `annotator` are as its place says, if it does."""
    cas = cas_xml.parsed(content, SKIPPED)
    if not cas.texts:
        raise Unreadable("The CAS has no text (no sofaString).")
    sofa, text = next(iter(cas.texts.items()))
    about = _said_of_article(cas)
    told = article(
        _restored(text, about), about, name=document or _title(cas), place=name or "the file"
    )
    told, is_new = shelf.put(told)
    if is_new:
        yield told
    offsets = Utf16(text)
    codes = _codes(cas)
    for element in cas_xml.spans(cas):
        place = f"{name}, {element.place}".removeprefix(", ")
        if element.type in codes:
            try:
                record = _record(element, told, offsets, sofa, codes[element.type])
            except (TagError, ValueError) as error:
                yield Reject(place, str(error), str(dict(element.features))[:ROW])
            else:
                yield replace(record, place=place, annotator=record.annotator or annotator)
    for kind in sorted(_relations(cas)):
        yield Reject(name or "the file", f"{kind} relates tags to each other. It is left out.")


def _record(
    element: cas_xml.Element, told: ArticleRecord, offsets: Utf16, sofa: str, code: str | None
) -> AnnotationRecord:
    """Return the tag that an element is. Raises TagError, or ValueError for offsets."""
    said = element.features
    if said.get("sofa", sofa) != sofa:
        raise TagError("It stands in another text of the same document.")
    label = said.get(code or "", "")
    if not label:
        raise TagError(f"A {element.type} without a code. Give its layer a feature of text.")
    start, end = (offsets.code_point(int(said[bound])) for bound in ("begin", "end"))
    record = quoted(told.ref, told.text or "", start, end)
    return with_features(replace(record, code=label), said, _held)


def _codes(cas: cas_xml.Cas) -> dict[str, str | None]:
    """Return the types that are layers of tags, and which feature of each is the code."""
    names: dict[str, set[str]] = {}
    for element in cas_xml.spans(cas):
        if not element.type.startswith(NO_TAGS) and not RELATIONAL & element.features.keys():
            names.setdefault(element.type, set()).update(element.features.keys() - SPAN_FEATURES)
    return {kind: label_of(found) for kind, found in names.items()}


def _relations(cas: cas_xml.Cas) -> set[str]:
    return {
        element.type
        for element in cas_xml.spans(cas)
        if not element.type.startswith(NO_TAGS) and RELATIONAL & element.features.keys()
    }


def _said_of_article(cas: cas_xml.Cas) -> dict[str, object]:
    own = (element.features for element in cas.elements if element.type == ARTICLE)
    try:
        return own_json(next(own, {}).get("about", ""))
    except TagError:
        return {}


def _title(cas: cas_xml.Cas) -> str:
    found = next((one.features for one in cas.elements if one.type == METADATA), {})
    return found.get("documentId") or found.get("documentTitle") or ""


def _restored(text: str, about: dict[str, object]) -> str:
    """Return the text with the characters back that XML could not hold."""
    lost = about.pop("not_xml", None)
    if not isinstance(lost, dict):
        return text
    signs = list(text)
    for place, sign in lost.items():
        at = int(place) if place.isdecimal() and len(place) < len(str(len(text))) + 1 else -1
        fits = 0 <= at < len(signs) and signs[at] == INSTEAD
        if fits and isinstance(sign, str) and NOT_XML.fullmatch(sign):
            signs[at] = sign
    return "".join(signs)
