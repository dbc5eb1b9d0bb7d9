"""deploy/aws/openapi.json, the API's schema for a gateway that takes OpenAPI 3.0.

    python .ci/openapi_gateway.py           # after docs/openapi.json changed (`make openapi` runs both)
    python .ci/openapi_gateway.py --check   # changes nothing; exit 1 where it is another

Routes, operations and schemas are those of docs/openapi.json, in the words of 3.0. On top comes what Amazon
API Gateway wants of an operation: a key, and where it leads to.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "openapi.json"
FILE = ROOT / "deploy" / "aws" / "openapi.json"

NEWER = {"propertyNames", "$schema", "jsonSchemaDialect", "webhooks"}  # 3.0 has no word for them
STREAM = "text/event-stream"
# Of a REST API: an answer in one piece within 29 seconds, a stream within 15 minutes.
IN_ONE_PIECE, STREAMED = 29_000, 900_000


def derived(schema: dict[str, Any]) -> dict[str, Any]:
    """The document for the gateway."""
    made = older({name: part for name, part in schema.items() if name not in {"openapi", "servers"}})
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            operation["security"] = [{"GatewayKey": []}]
            operation["x-amazon-apigateway-integration"] = leads_to(path, method, operation)
    made["components"]["securitySchemes"]["GatewayKey"] = {
        "type": "apiKey",
        "name": "x-api-key",
        "in": "header",
        "description": "Of a program, for the gateway's usage plan. The token goes along as before.",
    }
    return {
        "openapi": "3.0.3",
        **made,
        "x-amazon-apigateway-api-key-source": "HEADER",
        "x-amazon-apigateway-binary-media-types": ["multipart/form-data"],
        "x-amazon-apigateway-gateway-responses": REFUSALS,
    }


# From 3.1 to 3.0 -------------------------------------------------------------------------------------


def older(part: Any) -> Any:
    """A part of the document in the words of 3.0."""
    if isinstance(part, list):
        return [older(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {name: older(value) for name, value in part.items() if name not in NEWER}
    if "$ref" in made:
        return _reference(made)
    for change in (_const, _null, _bounds, _examples, _file):
        made = change(made)
    return made


def _reference(made: dict[str, Any]) -> dict[str, Any]:
    """3.0 reads nothing beside a reference."""
    if len(made) == 1 or "properties" in made:
        return made
    reference = {"$ref": made.pop("$ref")}
    return (
        {"allOf": [reference], **made} if reference["$ref"].startswith("#/components/schemas/") else reference
    )


def _const(made: dict[str, Any]) -> dict[str, Any]:
    if "const" in made and "properties" not in made:
        made["enum"] = [made.pop("const")]
    return made


def _null(made: dict[str, Any]) -> dict[str, Any]:
    """A null among the types is `nullable`."""
    kinds = made.get("type")
    if isinstance(kinds, list):
        rest = [kind for kind in kinds if kind != "null"]
        made["type"] = rest[0]
        if len(rest) > 1:
            made.pop("type")
            made["anyOf"] = [{"type": kind} for kind in rest]
        if len(rest) < len(kinds):
            made["nullable"] = True
    choices = made.get("anyOf")
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return made
    rest = [choice for choice in choices if choice != {"type": "null"}]
    del made["anyOf"]
    if len(rest) > 1:
        return {**made, "anyOf": rest, "nullable": True}
    (only,) = rest
    return {**({"allOf": [only]} if "$ref" in only else only), **made, "nullable": True}


def _bounds(made: dict[str, Any]) -> dict[str, Any]:
    """What is excluded is a number in 3.1, and a flag beside the number in 3.0."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        value = made.get(exclusive)
        if isinstance(value, int | float) and not isinstance(value, bool):
            made[bound], made[exclusive] = value, True
    return made


def _examples(made: dict[str, Any]) -> dict[str, Any]:
    """A list of them belongs to a schema; a parameter's are named."""
    if isinstance(made.get("examples"), list):
        first, *_ = made.pop("examples")
        made.setdefault("example", first)
    return made


def _file(made: dict[str, Any]) -> dict[str, Any]:
    if made.get("type") == "string" and made.pop("contentMediaType", None):
        made["format"] = "binary"
    return made


# For the gateway -------------------------------------------------------------------------------------


def leads_to(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """The same address behind the gateway; a stream is handed on as it comes."""
    streams = any(STREAM in answer.get("content", {}) for answer in operation["responses"].values())
    named = re.findall(r"\{(\w+)\}", path)
    return {
        "type": "http_proxy",
        "httpMethod": method.upper(),
        "uri": f"https://${{stageVariables.origin}}{path}",
        "passthroughBehavior": "when_no_match",
        "requestParameters": {
            f"integration.request.path.{name}": f"method.request.path.{name}" for name in named
        },
        "timeoutInMillis": STREAMED if streams else IN_ONE_PIECE,
        "responseTransferMode": "STREAM" if streams else "BUFFERED",
    }


def _refusal(status: int, kind: str, title: str, again: int | None = None) -> dict[str, Any]:
    """The gateway's own answer, as docs/api.md has errors."""
    problem = {"type": kind, "title": title, "status": status}
    given = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if again is not None:
        given["Retry-After"] = str(again)
    return {
        "statusCode": str(status),
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'" for name, value in given.items()
        },
        "responseTemplates": {"application/json": json.dumps(problem)},
    }


QUOTA = "https://iana.org/assignments/http-problem-types#quota-exceeded"
BLANK = "about:blank"
NOT_FOUND = "urn:marginalia:problem:not-found"
REFUSALS = {
    "THROTTLED": _refusal(429, QUOTA, "Too many requests", again=10),
    "QUOTA_EXCEEDED": _refusal(429, QUOTA, "The key's quota is used up", again=3600),
    "INVALID_API_KEY": _refusal(403, BLANK, "The gateway does not know this key"),
    "MISSING_AUTHENTICATION_TOKEN": _refusal(404, NOT_FOUND, "There is nothing here"),
    "REQUEST_TOO_LARGE": _refusal(413, BLANK, "The request is larger than 10 MB"),
    "INTEGRATION_TIMEOUT": _refusal(504, BLANK, "The service did not answer in time"),
    "INTEGRATION_FAILURE": _refusal(502, BLANK, "The service can't be reached"),
}  # fmt: skip


def text() -> str:
    made = derived(json.loads(SOURCE.read_text(encoding="utf-8")))
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        return int(FILE.read_text(encoding="utf-8") != text())
    FILE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
