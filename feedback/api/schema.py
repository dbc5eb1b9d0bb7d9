"""The OpenAPI document: what django-ninja knows of the routes, and what they have in common."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from .access import TokenAuth
from .problems import MEDIA_TYPE, Kind
from .schemas.base import ProblemOut

ROOT = "/api/v1/"
# Any operation may answer with these, whatever its own are.
USUAL = (400, 401, 403, 404, 405, 409, 422, 429, 503)
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


class Api(NinjaAPI):
    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=ROOT)
        components = schema["components"]
        components["schemas"].update(_definitions())
        components["responses"] = {f"Problem{status}": _problem(status) for status in USUAL}
        components["headers"] = {
            name: {"description": words, "schema": {"type": "string"}} for name, words in HEADERS.items()
        }
        for operations in schema["paths"].values():
            for operation in operations.values():
                _complete(operation)
        _name_scopes(self, schema)
        return schema


def _definitions() -> dict[str, Any]:
    made = ProblemOut.model_json_schema(ref_template=REF_TEMPLATE)
    return {**made.pop("$defs", {}), "ProblemOut": made}


def _complete(operation: dict[str, Any]) -> None:
    """The headers of what it answers, and the problems that any operation may answer with."""
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    own = {str(status): {"headers": headers, **each} for status, each in operation["responses"].items()}
    usual = {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in USUAL}
    operation["responses"] = own | usual


def _problem(status: int) -> dict[str, Any]:
    usual = next(kind.title for kind in Kind if kind.status == status)
    schema = {"$ref": REF_TEMPLATE.format(model="ProblemOut")}
    return {"description": WORDS.get(status, usual), "content": {MEDIA_TYPE: {"schema": schema}}}


def _name_scopes(api: NinjaAPI, schema: OpenAPISchema) -> None:
    """The scope that each operation needs, where OpenAPI 3.1 names the roles of a bearer's token."""
    scopes = {
        operation.operation_id: auth.scope.value
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
        for auth in operation.auth_callbacks
        if isinstance(auth, TokenAuth)
    }
    for operations in schema["paths"].values():
        for operation in operations.values():
            for way in operation.get("security", ()):
                if TokenAuth.__name__ in way:
                    way[TokenAuth.__name__] = [scopes[operation["operationId"]]]
