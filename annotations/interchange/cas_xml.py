"""Read the XML of a UIMA CAS: its text, and the spans on it, of whatever types they are.

The types need not be known: what has a begin and an end is a span, and its other attributes are
its features. Nothing is fetched, and a document type is refused as soon as it begins, before any
entity in it is looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from annotations.interchange.records import Unreadable

XMI = "http://www.omg.org/XMI"
SOFA = "uima.cas.Sofa"
_SEPARATOR = " "  # no namespace has one
_ID = f"{XMI}{_SEPARATOR}id"
_DEEPEST = 50  # elements in one another; a CAS has three


@dataclass(frozen=True, slots=True)
class Element:
    """A feature structure. `type` is UIMA's name, such as `webanno.custom.Span`."""

    type: str
    features: Mapping[str, str]
    place: str


@dataclass(slots=True)
class Cas:
    """What a file holds. `texts` are by the number by which elements name them."""

    texts: dict[str, str] = field(default_factory=dict)
    elements: list[Element] = field(default_factory=list)


def parsed(content: bytes, skipped: frozenset[str]) -> Cas:
    """Return what is in the XML, without elements of the types `skipped`. Raises Unreadable."""
    reading = _Reading(skipped)
    try:
        reading.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Unreadable(
            f"The XML is damaged, or not XML 1.0: {expat.ErrorString(error.code)}, "
            f"line {error.lineno}. Export it again as UIMA CAS XMI (XML 1.0)."
        ) from None
    except Unreadable:
        raise
    except (ValueError, LookupError):
        raise Unreadable("The encoding of the XML is not one that we know. Use UTF-8.") from None
    if not reading.has_root:
        raise Unreadable("This is XML, but not a UIMA CAS: its first element is not xmi:XMI.")
    return reading.cas


class _Reading:
    """Hears of the elements as the parser meets them."""

    def __init__(self, skipped: frozenset[str]) -> None:
        self.cas = Cas()
        self.has_root = False
        self._skipped = skipped
        self._kinds: dict[str, str] = {}  # of elements, by their names
        self._depth = 0
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _refuse(self, *_: object) -> NoReturn:
        raise Unreadable("The XML declares a document type or entities. No UIMA CAS does. Refused.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self.has_root = name == f"{XMI}{_SEPARATOR}XMI"
        elif self._depth > _DEEPEST:
            raise Unreadable("The XML is nested too deeply to be a UIMA CAS.")
        elif self._depth == 2 and self.has_root:
            kind = self._kinds.get(name)
            if kind is None:
                kind = self._kinds[name] = uima_name(*name.rpartition(_SEPARATOR)[::2])
            if kind not in self._skipped:
                self._feature_structure(kind, attributes)

    def _end(self, _: str) -> None:
        self._depth -= 1

    def _feature_structure(self, kind: str, attributes: dict[str, str]) -> None:
        if kind == SOFA:
            if "sofaString" in attributes:
                self.cas.texts[attributes.get(_ID, "")] = attributes["sofaString"]
            return
        number = attributes.get(_ID, "")
        place = f"xmi:id {number[:20]}" if number else f"line {self.parser.CurrentLineNumber}"
        own = {key: value for key, value in attributes.items() if _SEPARATOR not in key}
        self.cas.elements.append(Element(kind, own, place))


def uima_name(namespace: str, local: str) -> str:
    """Return UIMA's name of a type: `http:///webanno/custom.ecore` and `Span` are of one."""
    package = namespace.removeprefix("http:///").removesuffix(".ecore").replace("/", ".")
    return f"{package}.{local}" if package and package != "uima.noNamespace" else local


def spans(cas: Cas) -> Iterator[Element]:
    """Yield what stands somewhere in a text."""
    for element in cas.elements:
        if "begin" in element.features and "end" in element.features:
            yield element
