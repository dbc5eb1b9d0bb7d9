"""What becomes of open connections when a simulator in a thread ends."""

from __future__ import annotations

import gc
import socket
import sys
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from feedback.development.simulator import Simulator

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
