"""Whatever the simulator sends or reads is in botocore's service model, and nothing required is missing."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.model import ListShape, MapShape, Shape, StructureShape
from pydantic import BaseModel

from feedback.development.simulator import Simulator
from feedback.development.simulator.account.modelled import (
    MODELLED,
    STREAM_MESSAGES,
    StopReason,
    StreamErrorName,
)
from feedback.development.simulator.bedrock import request as read
from feedback.development.simulator.bedrock.converse import MODELLED_IN_STREAM

SERVICE = botocore.session.get_session().get_service_model("bedrock-runtime")
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
LOADED: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": [{"text": "Some words to read."}, {"cachePoint": {"type": "default"}}]}
    ],
    "system": [{"text": "Much to know. " * 500}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
    "toolConfig": {
        "tools": [{"toolSpec": {"name": "t", "inputSchema": {"json": {"type": "object"}}, "strict": True}}],
        "toolChoice": {"tool": {"name": "t"}},
    },
    "serviceTier": {"type": "flex"},
    "performanceConfig": {"latency": "standard"},
    "guardrailConfig": {"guardrailIdentifier": "abc", "guardrailVersion": "1", "trace": "enabled"},
    "requestMetadata": {"course": "1"},
}
CHANGES: list[dict[str, Any]] = [
    {},
    *({"stop_reasons": {reason: 1}} for reason in StopReason),
    {"dress": {"two_calls": 1}},
    {"dress": {"fence": 1}},
    {"blocked_words": ["words"]},
]
BROKEN_STREAMS = [{"stream_errors": {name: 1}} for name in sorted(MODELLED_IN_STREAM)]
UNMODELLED = {  # langchain-aws reads usage from them
    f"x-amzn-bedrock-{name}"
    for name in (
        "input-token-count", "output-token-count", "cache-read-input-token-count",
        "cache-write-input-token-count", "invocation-latency",
    )
}  # fmt: skip
INVOKED = {
    "anthropic_version": "bedrock-2023-05-31", "max_tokens": 500,
    "messages": [{"role": "user", "content": "Some words to read."}],
}  # fmt: skip


def ask(simulator: Simulator, path: str, body: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(simulator.url).netloc, timeout=60)
    headers = {"Authorization": "AWS4-HMAC-SHA256 anything", "X-Amzn-Bedrock-Service-Tier": "flex"}
    connection.request("POST", f"/model/{MODEL}/{path}", json.dumps(body), headers)
    response = connection.getresponse()
    assert response.status == 200
    answer = dict(response.headers), response.read()
    connection.close()
    return answer


def output(operation: str) -> StructureShape:
    shape = SERVICE.operation_model(operation).output_shape
    assert isinstance(shape, StructureShape)
    return shape


def check(shape: Shape, value: Any, where: str = "") -> None:
    """Nothing is missing that the shape requires, and nothing is there that it doesn't know."""
    if shape.metadata.get("document"):
        return
    if isinstance(shape, StructureShape):
        assert set(shape.required_members) <= value.keys() <= shape.members.keys(), where
        assert not shape.metadata.get("union") or len(value) == 1, where
        for name, member in value.items():
            check(shape.members[name], member, f"{where}.{name}")
    elif isinstance(shape, ListShape):
        for item in value:
            check(shape.member, item, f"{where}[]")
    elif isinstance(shape, MapShape):
        for item in value.values():
            check(shape.value, item, f"{where}{{}}")
    else:
        kinds = {"string": str, "integer": int, "long": int, "boolean": bool, "float": float, "blob": str}
        assert isinstance(value, kinds[shape.type_name]), where
        assert value in shape.metadata.get("enum", [value]), where


@pytest.mark.parametrize("changes", CHANGES)
def test_what_converse_sends(simulator: Simulator, changes: dict[str, Any]) -> None:
    simulator.change(**changes)
    check(output("Converse"), json.loads(ask(simulator, "converse", LOADED)[1]))


@pytest.mark.parametrize("changes", [*CHANGES, *BROKEN_STREAMS])
def test_what_converse_stream_sends(simulator: Simulator, changes: dict[str, Any]) -> None:
    simulator.change(**changes)
    stream = SERVICE.operation_model("ConverseStream").get_event_stream_output()
    check_frames(stream, ask(simulator, "converse-stream", LOADED)[1])


@pytest.mark.parametrize("changes", [{}, *({"stream_errors": {name: 1}} for name in StreamErrorName)])
def test_what_the_stream_of_an_invoked_model_sends(simulator: Simulator, changes: dict[str, Any]) -> None:
    simulator.change(**changes)
    headers, data = ask(simulator, "invoke-with-response-stream", INVOKED)
    check_frames(SERVICE.operation_model("InvokeModelWithResponseStream").get_event_stream_output(), data)
    check_headers("InvokeModelWithResponseStream", headers)


def check_frames(stream: Shape | None, data: bytes) -> None:
    assert isinstance(stream, StructureShape)
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    kinds = []
    frames: Iterator[Any] = iter(buffer)
    for frame in frames:
        kind = frame.headers.get(":event-type") or frame.headers[":exception-type"]
        check(stream.members[kind], json.loads(frame.payload), kind)
        kinds.append(kind)
    assert kinds


def test_what_an_invoked_model_sends_in_its_headers(simulator: Simulator) -> None:
    headers, _ = ask(simulator, "invoke", INVOKED)
    check_headers("InvokeModel", headers)


def check_headers(operation: str, headers: dict[str, str]) -> None:
    """Each header of the service is one that the output knows, or a client is known to read."""
    known = {
        member.serialization["name"].lower(): member
        for member in output(operation).members.values()
        if member.serialization.get("location") == "header"
    }
    sent = {
        name.lower(): value for name, value in headers.items() if name.lower().startswith("x-amzn-bedrock")
    }
    assert sent["x-amzn-bedrock-service-tier"] == "flex"
    for name in sent.keys() - UNMODELLED:
        check(known[name], sent[name], name)


def test_what_count_tokens_sends_and_reads(simulator: Simulator) -> None:
    converse = {name: LOADED[name] for name in ("messages", "system", "toolConfig")}
    invoked = base64.b64encode(json.dumps(INVOKED).encode()).decode()
    for asked in ({"converse": converse}, {"invokeModel": {"body": invoked}}):
        shape = SERVICE.operation_model("CountTokens").input_shape
        assert isinstance(shape, StructureShape)
        check(shape.members["input"], asked)
        check(output("CountTokens"), json.loads(ask(simulator, "count-tokens", {"input": asked})[1]))


def test_the_request_that_these_tests_send_is_whole() -> None:
    shape = SERVICE.operation_model("Converse").input_shape
    assert isinstance(shape, StructureShape)
    check(shape, {"modelId": MODEL, **LOADED})


READ: list[tuple[type[BaseModel], str]] = [
    (read.ConverseRequest, "ConverseRequest"),
    (read.Message, "Message"),
    (read.InferenceConfiguration, "InferenceConfiguration"),
    (read.ToolConfiguration, "ToolConfiguration"),
    (read.ToolSpecification, "ToolSpecification"),
    (read.ToolInputSchema, "ToolInputSchema"),
    (read.OutputConfig, "OutputConfig"),
    (read.OutputFormat, "OutputFormat"),
    (read.OutputFormatStructure, "OutputFormatStructure"),
    (read.JsonSchemaDefinition, "JsonSchemaDefinition"),
    (read.ServiceTier, "ServiceTier"),
    (read.PerformanceConfiguration, "PerformanceConfiguration"),
    (read.GuardrailConfiguration, "GuardrailConfiguration"),
]


@pytest.mark.parametrize(("model", "name"), READ)
def test_what_is_read_of_a_request_is_named_as_it_is_there(model: type[BaseModel], name: str) -> None:
    shape = SERVICE.shape_for(name)
    assert isinstance(shape, StructureShape)
    fields = {field.alias or known: field for known, field in model.model_fields.items()}
    assert fields.keys() <= shape.members.keys()
    elsewhere = {"modelId", "messages"}  # the first is in the path, the second may come from a stored prompt
    required = {known for known, field in fields.items() if field.is_required()}
    if shape.metadata.get("union"):
        assert len(fields) == 1  # one of several, and the only one that is read
        return
    assert required - elsewhere == set(shape.required_members) - elsewhere


def test_the_errors_and_the_stop_reasons_are_the_service_models() -> None:
    for name, modelled in MODELLED.items():
        assert SERVICE.shape_for(name).metadata["error"]["httpStatusCode"] == modelled.status
    stream = SERVICE.operation_model("ConverseStream").get_event_stream_output()
    invoked = SERVICE.operation_model("InvokeModelWithResponseStream").get_event_stream_output()
    assert isinstance(stream, StructureShape)
    assert isinstance(invoked, StructureShape)
    assert exceptions(stream) == MODELLED_IN_STREAM
    assert exceptions(invoked) == set(STREAM_MESSAGES)
    assert SERVICE.shape_for("StopReason").metadata["enum"] == [*StopReason]


def exceptions(stream: StructureShape) -> set[str]:
    return {name for name, member in stream.members.items() if member.metadata.get("exception")}
