"""The API's schema in the form in which a page shows it: operations, and the objects they use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = {"integer": "number", "number": "number", "string": "text", "boolean": "true or false"}
FORMATS = {"date-time": "time", "date": "day", "uuid": "UUID"}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an address, or a field of an object. `links` names an object of ours."""

    name: str
    kind: str
    links: str
    is_needed: bool
    said: str


@dataclass(frozen=True, slots=True)
class Described:
    """One thing that can be asked."""

    id: str
    method: str
    path: str
    summary: str
    said: list[str]
    parameters: list[Field]  # what may follow the address; what stands in it is seen there
    takes: str
    answers: list[tuple[str, str, str]]  # status, what it means, and which object comes

    @property
    def brings(self) -> str:
        """Name the object that comes if nothing goes wrong."""
        return next(name for status, _, name in self.answers if status.startswith("2"))


def operations_of(schema: Mapping[str, Any]) -> list[Described]:
    """Return all operations of an OpenAPI schema, in its order."""
    return [
        _described(path, method, operation)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]


def objects_of(schema: Mapping[str, Any]) -> dict[str, list[Field]]:
    """Return the fields of each object that the schema names."""
    shapes = schema["components"]["schemas"]
    return {
        name: [
            _field(field, _spelt_out(one, shapes), is_needed=_is_needed(name, field, shape))
            for field, one in shape["properties"].items()
        ]
        for name, shape in sorted(shapes.items())
        if "properties" in shape
    }


def _described(path: str, method: str, operation: Mapping[str, Any]) -> Described:
    body = operation.get("requestBody", {}).get("content", {})
    return Described(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        said=operation.get("description", "").split("\n\n"),
        parameters=[
            _field(each["name"], each["schema"], is_needed=each["required"])
            for each in operation["parameters"]
            if each["in"] == "query"
        ],
        takes=_object(body),
        answers=[
            (status, answer["description"], _object(answer.get("content", {})))
            for status, answer in operation["responses"].items()
        ],
    )


def _object(content: Mapping[str, Any]) -> str:
    """Return the name of the object that a body holds, or ""."""
    for body in content.values():
        return _named(body["schema"])
    return ""


def _named(shape: Mapping[str, Any]) -> str:
    for part in shape.get("allOf", [shape]):
        return part.get("$ref", "").rsplit("/", 1)[-1]
    return ""


def _is_needed(name: str, field: str, shape: Mapping[str, Any]) -> bool:
    """Whether a field has to be sent. In what is answered all are there."""
    return name.endswith("In") and field in shape.get("required", ())


def _spelt_out(shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the shape of a field; one of a few words with these, and not with their name."""
    named = shapes.get(_named(shape), {})
    if "enum" not in named:
        return shape
    return {key: value for key, value in shape.items() if key not in ("$ref", "allOf")} | {
        "enum": named["enum"]
    }


def _field(name: str, shape: Mapping[str, Any], *, is_needed: bool) -> Field:
    parts = [one for one in shape.get("anyOf", [shape]) if one.get("type") != "null"]
    one = parts[0] if parts else shape
    each = one.get("items", one)
    kind = _kind(each)
    if "items" in one:
        kind = f"list of {kind}"
    if len(parts) < len(shape.get("anyOf", ())):
        kind += " or null"
    return Field(name, kind, _named(each), is_needed, _said(shape | one))


def _kind(shape: Mapping[str, Any]) -> str:
    if name := _named(shape):
        return name
    if values := shape.get("enum"):
        return " or ".join(f"“{value}”" if value else "empty" for value in values)
    return FORMATS.get(shape.get("format", "")) or KINDS.get(shape.get("type", ""), "any")


def _said(shape: Mapping[str, Any]) -> str:
    limits = []
    if "maximum" in shape and shape["maximum"] < 2**31 - 1:
        limits.append(f"{shape.get('minimum', 0)} to {shape['maximum']:,}")
    if "maxLength" in shape:
        limits.append(f"at most {shape['maxLength']:,} characters")
    if shape.get("default") not in (None, "", []):
        limits.append(f"{shape['default']} if left out")
    return "; ".join(filter(None, [shape.get("description", ""), *limits]))
