"""The OpenAPI document: what django-ninja knows of the routes, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from . import deprecation
from .access import TokenAuth
from .idempotency import FIELD, LONGEST
from .problems import MEDIA_TYPE, Kind
from .schemas.base import ProblemOut

if TYPE_CHECKING:
    from ninja.operation import Operation

ROOT = "/api/v1/"
# Any operation may answer with these, whatever its own are.
USUAL = (400, 401, 403, 404, 405, 409, 422, 429, 503)
GONE = 410  # a draft that was handed in
WORDS = {
    404: "There is nothing here, or it is another person's.",
    409: "It can't be done as things stand now.",
    422: "The request, or what it hands in, has to change.",
    429: "Too many requests, or too much work is waiting: Retry-After says when to come back.",
}
HEADERS = {
    "RateLimit": "What is left, as draft-ietf-httpapi-ratelimit-headers writes it.",
    "RateLimit-Policy": "The limits that count here.",
}
KEY = {
    "name": FIELD,
    "in": "header",
    "required": False,
    "description": "Yours, for a request that you may have to send again: it is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
}


class Api(NinjaAPI):
    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=ROOT)
        components = schema["components"]
        components["schemas"].update(_definitions())
        components["responses"] = {f"Problem{status}": _problem(status) for status in (*USUAL, GONE)}
        components["headers"] = {
            name: {"description": words, "schema": {"type": "string"}} for name, words in HEADERS.items()
        }
        components["parameters"] = {FIELD: KEY}
        known = {operation.operation_id: operation for operation in self._operations()}
        for operations in schema["paths"].values():
            for described in operations.values():
                _complete(described, known[described["operationId"]])
        return schema

    def _operations(self) -> Iterator[Operation]:
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                yield from view.operations


def _definitions() -> dict[str, Any]:
    made = ProblemOut.model_json_schema(ref_template=REF_TEMPLATE)
    return {**made.pop("$defs", {}), "ProblemOut": made}


def _complete(described: dict[str, Any], operation: Operation) -> None:
    """With the headers of its answers, the problems that any operation may answer with, the scope that it
    needs, and a key where it may come again."""
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    own = {str(status): {"headers": headers, **each} for status, each in described["responses"].items()}
    problems = (*USUAL, GONE) if "drafts" in described["tags"] else USUAL
    usual = {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in problems}
    described["responses"] = own | usual
    deprecation.describe(described, operation.view_func)
    if getattr(operation.view_func, "is_repeatable", False):
        described["parameters"].append({"$ref": f"#/components/parameters/{FIELD}"})
    scope = next(auth.scope.value for auth in operation.auth_callbacks if isinstance(auth, TokenAuth))
    for way in described["security"]:
        if TokenAuth.__name__ in way:  # where OpenAPI 3.1 names the roles of a bearer's token
            way[TokenAuth.__name__] = [scope]


def _problem(status: int) -> dict[str, Any]:
    usual = next(kind.title for kind in Kind if kind.status == status)
    schema = {"$ref": REF_TEMPLATE.format(model="ProblemOut")}
    return {"description": WORDS.get(status, usual), "content": {MEDIA_TYPE: {"schema": schema}}}
