"""The API as a whole: its routers, its schema, and its addresses."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE
from ninja.operation import Operation
from pydantic import TypeAdapter

from annotations.api import library, tagging
from annotations.api.answering import Renderer, answered, say_problems
from annotations.api.asking import Token
from annotations.api.shapes import FieldError, Problem
from annotations.interchange.records import Unit
from config.problems import MEDIA_TYPE, problem

ABOUT = """Read a study's texts and annotations, and tag in your own name, by a program.

A program sees what you see on the pages: only studies of yours, only your own tags in stories that
are closed to you, and letters for outlets that are hidden from you."""
# What any operation may answer beside its own: who asks, whether they may, and how often.
REFUSALS = {
    "400": "The body is no JSON, or the request makes no sense",
    "401": "No token, or none that is in use",
    "403": "You, or this token, may not do this",
    "404": "Not there, or not in a study of yours",
    "422": "A value is not as the schema says, or contradicts what the study holds",
    "429": "Too many requests within a minute; Retry-After says how many seconds to wait",
}
SHAPES = ("Out", "Page", "Brief", "In")  # how the names of what is sent and answered end
OF_WRITING = {
    "409": "The id stands for another tag",
    "413": "The body is too large",
}


class Api(NinjaAPI):
    """NinjaAPI with a schema that knows of the refusals that its handlers answer with."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._schemas: dict[str, dict[str, Any]] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the schema, which is made once: it takes long, and anybody may ask for it."""
        prefix = path_prefix or self.get_root_path(path_params or {})
        if prefix not in self._schemas:
            self._schemas[prefix] = _completed(super().get_openapi_schema(path_prefix=prefix))
        return self._schemas[prefix]


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return ninja's schema with problems, and without what only addresses are made of."""
    schemas = schema["components"]["schemas"]
    for of_address in [name for name in schemas if not name.endswith(SHAPES)]:
        del schemas[of_address]
    for shape in (Unit, FieldError, Problem):
        adapter = TypeAdapter(shape)
        schemas[shape.__name__] = adapter.json_schema(ref_template=REF_TEMPLATE)
        schemas[shape.__name__].pop("$defs", None)
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            _complete(method, operation)
    return schema


def _complete(method: str, operation: dict[str, Any]) -> None:
    """Add to an operation what ninja does not know of."""
    summary, _, more = operation.pop("description").partition("\n\n")
    operation["summary"] = " ".join(summary.split()).rstrip(".")
    if more:
        operation["description"] = "\n\n".join(" ".join(p.split()) for p in more.split("\n\n"))
    for parameter in operation["parameters"]:
        # A parameter that is left out is not there; null is for JSON.
        parameter["schema"] |= next(
            (kind for kind in parameter["schema"].pop("anyOf", []) if kind["type"] != "null"), {}
        )
    answers = {str(status): answer for status, answer in operation["responses"].items()}
    if method == "get":
        answers["304"] = {"description": "Not changed since the ETag in If-None-Match"}
    for status, said in (REFUSALS | (OF_WRITING if method == "post" else {})).items():
        answers[status] = _answer(said)
    operation["responses"] = dict(sorted(answers.items()))


def _answer(said: str) -> dict[str, Any]:
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": said, "content": {MEDIA_TYPE: reference}}


api = Api(
    title="Parallax",
    version="1",
    description=ABOUT,
    auth=Token(),
    renderer=Renderer(),
    docs_url=None,
    urls_namespace="api",
)
say_problems(api)
for router in (library.router, tagging.router):
    api.add_router("", router)


def unknown(_request: HttpRequest, rest: str) -> HttpResponse:
    """Say that nothing is at an address below /api/."""
    return problem(404, f"There is no address “{rest}” in this API. See /api/v1/docs.")


def _urls() -> tuple[list, str, str]:
    patterns, app, namespace = api.urls
    for pattern in patterns:
        pattern.callback = answered(pattern.callback)
    return patterns, app, namespace


urlpatterns = [
    path("v1/", _urls()),
    re_path(r"^(?P<rest>.*)$", answered(unknown), name="api_unknown"),
]
