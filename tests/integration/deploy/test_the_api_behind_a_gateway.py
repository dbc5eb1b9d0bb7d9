"""deploy/aws for a gateway: the document in OpenAPI 3.0, the templates, and what a gateway makes of them."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import cfnlint.decode
import pytest
from jsonschema.exceptions import UnknownType
from moto import mock_aws
from openapi_spec_validator import OpenAPIV30SpecValidator

from feedback.api import problems
from tests.running import ROOT

FOLDER = ROOT / "deploy/aws"
STREAMS = {"listen", "listenToDocument"}


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / path).read_text())
    return found


@pytest.fixture(scope="module")
def served() -> dict[str, Any]:
    return read("docs/openapi.json")


@pytest.fixture(scope="module")
def gateways() -> dict[str, Any]:
    return read("deploy/aws/openapi.json")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("openapi_gateway", ROOT / ".ci/openapi_gateway.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def operations(document: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (path, method): operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


# The document ----------------------------------------------------------------------------------------


def test_both_documents_name_the_same_routes(served: dict[str, Any], gateways: dict[str, Any]) -> None:
    assert operations(gateways) == operations(served)
    assert set(gateways["components"]["schemas"]) == set(served["components"]["schemas"])


def test_it_is_what_the_script_makes_today(script: ModuleType) -> None:
    assert (FOLDER / "openapi.json").read_text() == script.text(), "run `make openapi`"


def test_it_is_openapi_3_0(gateways: dict[str, Any], served: dict[str, Any]) -> None:
    assert gateways["openapi"] == "3.0.3"
    assert [error.message for error in OpenAPIV30SpecValidator(gateways).iter_errors()] == []
    with pytest.raises(UnknownType, match="null"):  # the one that is served is none
        list(OpenAPIV30SpecValidator(served).iter_errors())


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}], "title": "T"},
         {"type": "string", "format": "uuid", "title": "T", "nullable": True}),
        ({"anyOf": [{"$ref": "#/components/schemas/Wait"}, {"type": "null"}]},
         {"allOf": [{"$ref": "#/components/schemas/Wait"}], "nullable": True}),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
         {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True}),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"const": "a", "type": "string"}, {"enum": ["a"], "type": "string"}),
        ({"exclusiveMinimum": 0}, {"minimum": 0, "exclusiveMinimum": True}),
        ({"exclusiveMaximum": 1.5}, {"maximum": 1.5, "exclusiveMaximum": True}),
        ({"type": "string", "examples": ["a", "b"]}, {"type": "string", "example": "a"}),
        ({"type": "string", "contentMediaType": "image/png"}, {"type": "string", "format": "binary"}),
        ({"$ref": "#/components/schemas/Wait", "description": "D"},
         {"allOf": [{"$ref": "#/components/schemas/Wait"}], "description": "D"}),
        ({"$ref": "#/components/headers/Limit", "description": "D"}, {"$ref": "#/components/headers/Limit"}),
        ({"type": "object", "propertyNames": {"maxLength": 3}, "additionalProperties": {"type": "integer"}},
         {"type": "object", "additionalProperties": {"type": "integer"}}),
    ],
)  # fmt: skip
def test_what_3_0_says_in_other_words(
    script: ModuleType, newer: dict[str, Any], older: dict[str, Any]
) -> None:
    assert script.older(newer) == older


def test_each_operation_leads_to_its_own_address_and_streams_are_handed_on(gateways: dict[str, Any]) -> None:
    for (path, method), name in operations(gateways).items():
        operation = gateways["paths"][path][method]
        leads = operation["x-amazon-apigateway-integration"]
        assert leads["uri"] == f"https://${{stageVariables.origin}}{path}"
        assert leads["httpMethod"] == method.upper()
        assert operation["security"] == [{"GatewayKey": []}]
        streams = name in STREAMS
        assert (leads["responseTransferMode"] == "STREAM") is streams
        assert leads["timeoutInMillis"] == (900_000 if streams else 29_000)


def test_what_the_gateway_refuses_is_a_problem_document(gateways: dict[str, Any]) -> None:
    refusals = gateways["x-amazon-apigateway-gateway-responses"]
    for name in ("THROTTLED", "QUOTA_EXCEEDED"):
        headers = refusals[name]["responseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == f"'{problems.MEDIA_TYPE}'"
        assert int(headers["gatewayresponse.header.Retry-After"].strip("'")) > 0
    for refusal in refusals.values():
        problem = json.loads(refusal["responseTemplates"]["application/json"])
        assert str(problem["status"]) == refusal["statusCode"]
        assert problem["type"].startswith((problems.PREFIX, "about:", "https://iana.org/"))


# The templates ---------------------------------------------------------------------------------------


def test_the_templates_have_no_remark_of_cfn_lint() -> None:
    program = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([program, *FOLDER.glob("*.yaml")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_stage_names_the_origin_by_which_the_document_leads_on(gateways: dict[str, Any]) -> None:
    text = json.dumps(gateways)
    used = set(re.findall(r"\$\{stageVariables\.(\w+)\}", text))
    template, _ = cfnlint.decode.decode(str(FOLDER / "gateway.yaml"))
    resources = template["Resources"]
    assert set(resources["Stage"]["Properties"]["Variables"]) == used
    assert resources["Plan"]["Properties"]["Throttle"].keys() == {"RateLimit", "BurstLimit"}
    assert resources["Api"]["Properties"]["EndpointConfiguration"]["Types"] == ["REGIONAL"]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield


def test_a_gateway_takes_the_document(aws: None, gateways: dict[str, Any]) -> None:
    client = boto3.client("apigateway")
    body = json.dumps(gateways).encode()
    api = client.import_rest_api(body=body, failOnWarnings=True)["id"]
    found = client.get_resources(restApiId=api, limit=500)["items"]
    resources = {each["path"]: each for each in found}
    for path, method in operations(gateways):
        there = resources[path]["resourceMethods"][method.upper()]["methodIntegration"]
        assert there["uri"].endswith(path)
        assert there["type"] == "http_proxy"
