"""The delivery of an accepted call's answer: whole or in a stream, at its pace."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from feedback.development.simulator.serving.api import Api
from feedback.development.simulator.serving.http import Connection, HungUpError
from feedback.development.simulator.writing.answer import Block

from .calls import Call
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


async def whole(service: Service, connection: Connection, api: Api, call: Call) -> None:
    """Answer in one piece."""
    length = call.answer.length
    try:
        await _wait(service, connection, call.pace.first_token + call.pace.per_token * length)
    except BrokenStreamError:
        raise ServiceError(ErrorName.SERVICE_UNAVAILABLE) from None
    call.written = length
    reply = api.whole(call, _latency(service, call))
    await connection.answer(reply.status, reply.headers, reply.body)
    service.stats.completed += 1


async def stream(service: Service, connection: Connection, api: Api, call: Call) -> None:
    """Answer in a stream. Before the first token nothing is sent, as by the real services."""
    try:
        await _wait(service, connection, call.pace.first_token)
    except BrokenStreamError:
        raise ServiceError(ErrorName.SERVICE_UNAVAILABLE) from None
    await connection.begin(api.stream_headers(call))
    try:
        await _send_events(service, connection, api, call)
        service.stats.completed += 1
    except BrokenStreamError as interrupted:
        service.stats.errors[interrupted.name] += 1
        words = service.settings.words.get(interrupted.name, STREAM_MESSAGES[interrupted.name])
        await connection.piece(api.broken(interrupted.name, words))
    await connection.end()


async def _send_events(service: Service, connection: Connection, api: Api, call: Call) -> None:
    await _send(connection, api.opening(call))
    for index, block in enumerate(call.answer.blocks):
        await _send(connection, api.block_start(index, block))
        for piece in _pieces(service, call, block):
            await _wait(service, connection, call.pace.per_token * len(piece))
            await _send(connection, api.delta(index, block, "".join(piece)))
            service.stats.streamed()
            call.written += len(piece)
            _break_off(call, connection)
        await _send(connection, api.block_stop(index, block))
    await _send(connection, api.closing(call, _latency(service, call)))


async def _send(connection: Connection, data: bytes) -> None:
    if data:
        await connection.piece(data)


def _pieces(service: Service, call: Call, block: Block) -> Iterator[list[str]]:
    """Cut a block so that pieces are at least frame_seconds apart."""
    at = 0
    while at < len(block.tokens):
        apart = service.clock.to_wall(call.pace.per_token)
        size = math.ceil(service.settings.frame_seconds / apart) if apart > 0 else LARGEST_PIECE
        piece = block.tokens[at : at + min(size, LARGEST_PIECE)]
        yield piece
        at += len(piece)


def _break_off(call: Call, connection: Connection) -> None:
    """End a stream that is fated to end in the middle, once it got there."""
    fate = call.fate
    if call.written < fate.breaks_at * call.answer.length:
        return
    if fate.stream_error is not None:
        raise BrokenStreamError(fate.stream_error)
    if fate.malformed is Malformed.CUT:
        raise HungUpError  # the connection is closed behind it


async def _wait(service: Service, connection: Connection, simulated: float) -> None:
    """Let simulated time pass. Raises as soon as there is a reason to stop."""
    end = service.clock.now() + simulated
    while (left := service.clock.to_wall(end - service.clock.now())) > 0:
        await asyncio.sleep(min(left, NOTICE_SECONDS))
        if connection.gone:
            raise HungUpError
        if service.settings.outage_breaks_streams and service.settings.outage is not Outage.NONE:
            raise BrokenStreamError(StreamErrorName.SERVICE_UNAVAILABLE)


def _latency(service: Service, call: Call) -> int:
    return round((service.clock.now() - call.began) * 1000)
