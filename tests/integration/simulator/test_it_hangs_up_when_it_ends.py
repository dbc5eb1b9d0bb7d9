"""What becomes of open connections when a simulator in a thread ends."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from feedback.development.simulator import Simulator
from feedback.development.simulator.account.settings import SimulatorSettings
from feedback.development.simulator.serving.server import Server

ASKS = b"GET /_sim/settings HTTP/1.1\r\n\r\n" * 1_000


@pytest.fixture
def client() -> Any:
    with socket.socket() as client:
        client.settimeout(2)
        yield client


def ask_until_the_answers_fill_every_buffer(client: socket.socket) -> None:
    try:
        while True:
            client.sendall(ASKS)
    except TimeoutError:
        return


def test_a_client_that_reads_no_answer_is_hung_up_on(
    client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_open: list[Any] = []
    with Simulator() as simulator:
        where = urlsplit(simulator.url)
        client.connect((where.hostname, where.port))
        ask_until_the_answers_fill_every_buffer(client)
    monkeypatch.setattr(sys, "unraisablehook", left_open.append)
    gc.collect()
    assert left_open == []
    with suppress(ConnectionResetError):
        while client.recv(65536):
            pass


async def end_as_a_client_is_accepted(client: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[str] = loop.create_future()
    serving = loop.create_task(Server(SimulatorSettings()).run("127.0.0.1", 0, ready.set_result))
    where = urlsplit(await ready)
    client.connect((where.hostname, where.port))
    loop.call_soon(serving.cancel)  # in the turn of the loop that accepts
    with suppress(asyncio.CancelledError):
        await serving


def test_a_client_that_has_just_been_accepted_is_hung_up_on(
    client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_open: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", left_open.append)
    asyncio.run(end_as_a_client_is_accepted(client))
    gc.collect()
    assert left_open == []
