"""deploy/aws/policy.json allows what the code calls, and nothing more."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from contextlib import closing

import boto3
import botocore.session
import pytest
from botocore import xform_name
from moto import mock_aws

from feedback.development.simulator import Simulator
from feedback.providers.base import Call, SectionRequest
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from tests import aws_calls
from tests.running import ROOT

SERVICES = ("bedrock-runtime", "cloudwatch", "sts")
FETCHERS = {"AssumeRoleCredentialFetcher": ("sts", "AssumeRole")}  # of botocore, which call for us
LEFT_OUT = "feedback/development/"


def calls_of_the_source() -> set[tuple[str, str]]:
    """Names of methods that are those of a client, and classes of botocore that call by themselves."""
    session = botocore.session.Session()
    methods = {
        xform_name(operation): (service, operation)
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
    }
    return {
        known
        for path in (ROOT / "feedback").rglob("*.py")
        if not path.relative_to(ROOT).as_posix().startswith(LEFT_OUT)
        for name in _called(path.read_text())
        for known in [methods.get(name) or FETCHERS.get(name)]
        if known is not None
    }


def _called(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2]


def test_the_table_has_what_the_source_calls() -> None:
    assert calls_of_the_source() == set(aws_calls.table())


def test_the_code_knows_no_other_service_of_aws() -> None:
    clients = {
        service
        for path in (ROOT / "feedback").rglob("*.py")
        if not path.relative_to(ROOT).as_posix().startswith(LEFT_OUT)
        for service in re.findall(r"\.(?:client|resource)\(\s*\"([\w-]+)\"", path.read_text())
    }
    assert clients <= set(SERVICES)


def test_the_policy_allows_that_and_nothing_more() -> None:
    asked = frozenset(action for actions in aws_calls.table().values() for action in actions)
    assert aws_calls.allowed() == asked
    assert not [action for action in asked if "*" in action]


@pytest.fixture
def aws() -> Iterator[None]:
    aws_calls.seen.clear()
    with mock_aws():
        yield


def test_a_call_of_ours_is_recorded_and_a_tests_own_is_not(aws: None) -> None:
    boto3.client("cloudwatch", region_name="eu-central-1").list_metrics()
    assert aws_calls.seen == set()
    with Simulator(latency={"total": {"low": 0, "high": 0}}) as simulator:
        settings = BedrockSettings(
            model="m", region="eu-central-1", endpoint_url=simulator.url, access_key_id="access",
            secret_access_key="secret", simulated=True,
        )  # fmt: skip
        with closing(BedrockProvider(settings)) as provider:
            assert list(provider.stream(SectionRequest("Some text."), Call()))
    assert aws_calls.seen == {("bedrock-runtime", "ConverseStream")}


def test_a_call_that_the_table_does_not_have_ends_its_test(aws: None) -> None:
    code = compile("client.list_metrics()", str(ROOT / "feedback/some_module.py"), "exec")
    client = boto3.client("cloudwatch", region_name=os.environ.get("AWS_DEFAULT_REGION", "eu-central-1"))
    with pytest.raises(AssertionError, match="does not know"):
        exec(code, {"client": client})  # noqa: S102 - as a module of ours would call it
