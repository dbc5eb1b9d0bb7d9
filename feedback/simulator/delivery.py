"""How an accepted call's answer reaches the client: whole or in a stream, at its pace."""

from __future__ import annotations

import asyncio
import json
import math
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from . import eventstream
from .calls import Call
from .http import Connection, HungUpError
from .modelled import STREAM_MESSAGES, ErrorName, ServiceError, StreamErrorName
from .settings import Malformed, Outage

if TYPE_CHECKING:
    from .service import Service

NOTICE_SECONDS = 0.25  # of real time until a change of settings or a hang-up is noticed
LARGEST_PIECE = 24  # tokens


class BrokenStreamError(Exception):
    """The stream ends with an error frame."""

    def __init__(self, name: StreamErrorName) -> None:
        self.name = name


async def whole(service: Service, connection: Connection, call: Call) -> None:
    """Answer a Converse request."""
    tokens = call.answer.tokens
    try:
        await _wait(service, connection, call.pace.first_token + call.pace.per_token * len(tokens))
    except BrokenStreamError:
        raise ServiceError(ErrorName.SERVICE_UNAVAILABLE) from None
    call.written = len(tokens)
    body = {
        "output": {"message": {"role": "assistant", "content": [_content(call)]}},
        "stopReason": call.answer.stop_reason,
        **_accounts(service, call),
    }
    await connection.answer(200, headers("application/json"), json.dumps(body).encode())
    service.stats.completed += 1


async def stream(service: Service, connection: Connection, call: Call) -> None:
    """Answer a ConverseStream request. Before the first token nothing is sent, as by the real service."""
    try:
        await _wait(service, connection, call.pace.first_token)
    except BrokenStreamError:
        raise ServiceError(ErrorName.SERVICE_UNAVAILABLE) from None
    await connection.begin(headers(eventstream.CONTENT_TYPE))
    try:
        await _send_events(service, connection, call)
        service.stats.completed += 1
    except BrokenStreamError as interrupted:
        service.stats.errors[interrupted.name] += 1
        await connection.piece(eventstream.exception(interrupted.name, STREAM_MESSAGES[interrupted.name]))
    await connection.end()


async def _send_events(service: Service, connection: Connection, call: Call) -> None:
    await _send(connection, "messageStart", {"role": "assistant"})
    if call.answer.tool is not None:
        start = {"toolUse": {"toolUseId": _tool_use_id(), "name": call.answer.tool}}
        await _send(connection, "contentBlockStart", {"start": start, "contentBlockIndex": 0})
    for piece in _pieces(service, call):
        await _wait(service, connection, call.pace.per_token * len(piece))
        text = "".join(piece)
        delta = {"text": text} if call.answer.tool is None else {"toolUse": {"input": text}}
        await _send(connection, "contentBlockDelta", {"delta": delta, "contentBlockIndex": 0})
        service.stats.streamed()
        call.written += len(piece)
        _break_off(call, connection)
    await _send(connection, "contentBlockStop", {"contentBlockIndex": 0})
    await _send(connection, "messageStop", {"stopReason": call.answer.stop_reason})
    await _send(connection, "metadata", _accounts(service, call))


async def _send(connection: Connection, name: str, payload: dict[str, Any]) -> None:
    await connection.piece(eventstream.event(name, payload))


def _pieces(service: Service, call: Call) -> Iterator[list[str]]:
    """Cut the rest of the answer so that pieces are at least frame_seconds apart."""
    tokens = call.answer.tokens
    while call.written < len(tokens):
        apart = service.clock.to_wall(call.pace.per_token)
        size = math.ceil(service.settings.frame_seconds / apart) if apart > 0 else LARGEST_PIECE
        yield tokens[call.written : call.written + min(size, LARGEST_PIECE)]


def _break_off(call: Call, connection: Connection) -> None:
    """End a stream that is fated to end in the middle, once it got there."""
    fate = call.fate
    if call.written < fate.breaks_at * len(call.answer.tokens):
        return
    if fate.stream_error is not None:
        raise BrokenStreamError(fate.stream_error)
    if fate.malformed is Malformed.CUT:
        connection.close()
        raise HungUpError


async def _wait(service: Service, connection: Connection, simulated: float) -> None:
    """Let simulated time pass. Raises as soon as there is a reason to stop."""
    end = service.clock.now() + simulated
    while (left := service.clock.to_wall(end - service.clock.now())) > 0:
        await asyncio.sleep(min(left, NOTICE_SECONDS))
        if connection.gone:
            raise HungUpError
        if service.settings.outage_breaks_streams and service.settings.outage is not Outage.NONE:
            raise BrokenStreamError(StreamErrorName.SERVICE_UNAVAILABLE)


def headers(content_type: str) -> dict[str, str]:
    return {"content-type": content_type, "x-amzn-requestid": str(uuid.uuid4())}


def _content(call: Call) -> dict[str, Any]:
    if call.answer.tool is None:
        return {"text": call.answer.text}
    try:
        fields = from_json(call.answer.text, allow_partial=True)
    except ValueError:
        fields = {}
    return {"toolUse": {"toolUseId": _tool_use_id(), "name": call.answer.tool, "input": fields}}


def _tool_use_id() -> str:
    return f"tooluse_{uuid.uuid4().hex[:22]}"


def _accounts(service: Service, call: Call) -> dict[str, Any]:
    tokens = call.tokens
    usage = {
        "inputTokens": tokens.input,
        "outputTokens": tokens.output,
        "totalTokens": tokens.all_input + tokens.output,
        "cacheReadInputTokens": tokens.cache_read,
        "cacheWriteInputTokens": tokens.cache_write,
    }
    return {"usage": usage, "metrics": {"latencyMs": round((service.clock.now() - call.began) * 1000)}}
