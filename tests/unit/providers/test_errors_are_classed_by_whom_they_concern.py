"""Each text that was seen is classed by its own rule, and no error is without a class."""

from __future__ import annotations

from pathlib import Path
from typing import cast
from urllib.parse import urlparse

import pytest
from botocore import exceptions as botocore
from botocore.model import StructureShape
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from feedback.providers.errors.classing import NEVER_LEARNT, Concerns, ErrorRule, classify, read_rules
from feedback.providers.models.generation import LEARNABLE

RULES = read_rules()
SERVICES = ("bedrock", "openai")
RUNTIME = Session().get_service_model("bedrock-runtime")
STREAM = cast("StructureShape", RUNTIME.shape_for("ConverseStreamOutput"))


def named(rule: ErrorRule) -> str:
    return rule.id


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rules_example_is_classed_by_that_very_rule(rule: ErrorRule) -> None:
    for service in (rule.service,) if rule.service else SERVICES:
        classed = classify(service, rule.example_code, rule.example_status, rule.example)
        assert classed.rule_id == rule.id
        assert classed.concerns is rule.concerns


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rule_has_a_source_and_a_situation(rule: ErrorRule) -> None:
    assert urlparse(rule.source).scheme == "https"
    assert rule.situation
    assert rule.example
    assert rule.cause.isidentifier()
    assert rule.quota in ("", "tokens", "requests")


def test_there_are_enough_rules_for_both_services() -> None:
    known = [rule for rule in RULES if rule.known]
    assert len(known) >= 60
    assert sum(rule.service == "openai" for rule in known) >= 20
    assert {rule.concerns for rule in known} == set(Concerns)


def test_a_refused_field_is_learnt_away_or_never() -> None:
    fields = {rule.field for rule in RULES if rule.field}
    assert fields == set(LEARNABLE) | NEVER_LEARNT
    assert not set(LEARNABLE) & NEVER_LEARNT
    for rule in RULES:
        if rule.cause == "field_refused":
            assert rule.field


@pytest.mark.parametrize("field", sorted(NEVER_LEARNT))
def test_what_protects_a_student_is_never_left_out(field: str) -> None:
    rules = [rule for rule in RULES if rule.field == field]
    assert rules
    for rule in rules:
        classed = classify(rule.service or "bedrock", rule.example_code, rule.example_status, rule.example)
        assert not classed.learnable
        assert classed.concerns is Concerns.ACCOUNT


@pytest.mark.parametrize("shape", RUNTIME.error_shapes, ids=lambda shape: shape.name)
def test_each_error_of_bedrocks_service_model_has_a_rule_of_its_code(shape: StructureShape) -> None:
    status = shape.metadata["error"]["httpStatusCode"]
    by_code = classify("bedrock", shape.name, status)
    without_status = classify("bedrock", shape.name)
    assert by_code == without_status
    rule = next(rule for rule in RULES if rule.id == by_code.rule_id)
    assert shape.name.casefold() in rule.codes


@pytest.mark.parametrize(
    "name", [name for name, shape in STREAM.members.items() if shape.metadata.get("exception")]
)
def test_each_error_within_a_stream_is_classed_as_outside_of_it(name: str) -> None:
    assert classify("bedrock", name) == classify("bedrock", name[0].upper() + name[1:])


@pytest.mark.parametrize(
    ("raised", "concerns", "cause"),
    [
        (botocore.NoCredentialsError(), "account", "credentials_missing"),
        (botocore.CredentialRetrievalError(provider="x", error_msg="y"), "account", "metadata_service"),
        (botocore.MetadataRetrievalError(error_msg="x"), "account", "metadata_service"),
        (botocore.TokenRetrievalError(provider="sso", error_msg="x"), "account", "credentials_expired"),
        (botocore.SSOTokenLoadError(error_msg="x"), "account", "credentials_expired"),
        (botocore.ProfileNotFound(profile="x"), "account", "credentials_missing"),
        (botocore.NoRegionError(), "account", "address"),
        (botocore.EndpointConnectionError(endpoint_url="https://x"), "moment", "connection"),
        (botocore.ProxyConnectionError(proxy_url="http://x"), "moment", "connection"),
        (
            botocore.SSLError(endpoint_url="https://x", error=OSError("certificate expired")),
            *("account", "certificate"),
        ),
        (
            botocore.SSLError(endpoint_url="https://x", error=OSError("certificate expired")),
            "account",
            "certificate",
        ),
        (botocore.ReadTimeoutError(endpoint_url="https://x"), "moment", "timed_out"),
        (botocore.ConnectionClosedError(endpoint_url="https://x"), "moment", "cut"),
        (botocore.ParamValidationError(report="Unknown parameter"), "account", "client_too_old"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_what_the_client_raises_is_classed_by_its_class(raised: Exception, concerns: str, cause: str) -> None:
    classed = classify("bedrock", type(raised).__name__, text=str(raised))
    assert (classed.concerns, classed.cause, classed.known) == (concerns, cause, True)


@pytest.mark.parametrize(
    ("service", "code", "status", "text", "concerns", "cause"),
    [
        ("bedrock", "ValidationException", 400, "Try your request again.", "moment", "unavailable"),
        ("bedrock", "ValidationException", 400, "model is overloaded", "moment", "overloaded"),
        (
            *("bedrock", "AccessDeniedException", 403, "Access is being set up, try again after 2 minutes."),
            *("moment", "access_starting"),
        ),
        (
            *("bedrock", "AccessDeniedException", 403),
            "User is not authorized to perform: aws-marketplace:Subscribe. Try again after 15 minutes.",
            *("account", "marketplace_terms"),
        ),
        (
            "bedrock",
            "ServiceUnavailableException",
            503,
            "Too many connections, please wait",
            "moment",
            "throttled",
        ),
        ("bedrock", "ThrottlingException", 429, "Too many tokens per day, wait", "moment", "daily_quota"),
        ("bedrock", "ModelNotReadyException", 429, "", "moment", "not_ready"),
        ("openai", "", 429, "You exceeded your current quota", "account", "billing"),
        (
            "openai",
            "exceed_context_size_error",
            500,
            "exceeds the available context size",
            "request",
            "too_long",
        ),
        ("openai", "api_error", 404, "model 'llama3' not found", "account", "model_unknown"),
    ],
)
def test_a_text_counts_more_than_its_code(
    service: str, code: str, status: int, text: str, concerns: str, cause: str
) -> None:
    classed = classify(service, code, status, text)
    assert (classed.concerns, classed.cause) == (concerns, cause)


@pytest.mark.parametrize(
    "code", ["ThrottlingException:http://internal.amazon.com/coral/", "aws#ThrottlingException"]
)
def test_a_code_is_known_with_its_namespace_and_address(code: str) -> None:
    assert classify("bedrock", code).rule_id == "throttled"


@pytest.mark.parametrize(
    ("status", "concerns"),
    [
        *((400, "request"), (401, "account"), (403, "account"), (404, "account"), (418, "request")),
        *((429, "moment"), (500, "moment"), (503, "moment"), (529, "moment"), (None, "moment")),
    ],
)
def test_what_is_unknown_is_classed_by_its_status_and_kept(status: int | None, concerns: str) -> None:
    for service in SERVICES:
        classed = classify(service, "NeverSeen", status, "a text that was never seen")
        assert classed.concerns == concerns
        assert not classed.known


def test_a_throttle_names_its_quota() -> None:
    assert classify("bedrock", "ThrottlingException", 429, "Too many tokens, please wait").quota == "tokens"
    assert (
        classify("bedrock", "ThrottlingException", 429, "Too many requests, please wait").quota == "requests"
    )
    assert classify("bedrock", "ThrottlingException", 429, "Slow down.").quota == ""


@given(st.text(), st.text(), st.none() | st.integers(-1000, 1000), st.text())
def test_no_error_is_without_a_class(service: str, code: str, status: int | None, text: str) -> None:
    assert classify(service, code, status, text).rule_id


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ('id = "a"\nconcerns = "others"', "a: 'others' is not a valid Concerns"),
        ('id = "a"\nconcerns = "moment"\ntext = "("', "a: missing"),
        ('id = "a"\nconcerns = "moment"\ncode_name = "x"', "a: .*code_name"),
        ('concerns = "moment"', "a rule without an id"),
    ],
)
def test_a_rule_with_a_mistake_is_named(tmp_path: Path, table: str, reason: str) -> None:
    file = tmp_path / "errors.toml"
    file.write_text(f"[[rules]]\n{table}\n")
    with pytest.raises(ValueError, match=reason):
        read_rules(file)
