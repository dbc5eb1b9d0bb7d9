"""A host that is lost says nothing at all: its Sentinel is asked once, and its connections are given up."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from django_rq.connection_utils import get_redis_connection

from config.supervisor.ports import free_port
from limiter.base.addresses import LOST_AFTER, connected, connected_async, queue_options
from limiter.named.stores.quick import quick
from tests.matrix.servers import RedisServer, Sentinel


class Mute:
    """A context manager: a port that takes connections and never says a word."""

    def __enter__(self) -> Mute:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.asked = 0
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        for each in self._open:
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._open.append(self._server.accept()[0])
                self.asked += 1


@pytest.fixture
def mute() -> Iterator[Mute]:
    with Mute() as mute:
        yield mute


@pytest.fixture
def address(tmp_path: Path, mute: Mute) -> Iterator[str]:
    """The first Sentinel is lost; the second knows the primary."""
    server = RedisServer(tmp_path / "primary", free_port(0))
    server.start()
    try:
        with Sentinel(tmp_path / "sentinel", "campus", server.port) as sentinel:
            yield f"redis-sentinel://127.0.0.1:{mute.port},127.0.0.1:{sentinel.port}/0?master=campus"
    finally:
        server.kill()


def _plain(address: str) -> bool:
    with closing(connected(address)) as client:
        return bool(client.set("plain", 1))


def _quick(address: str) -> bool:
    with closing(connected(address)) as plain, closing(quick(plain, 60.0)) as client:
        return bool(client.set("quick", 1))


def _queue(address: str) -> bool:
    with closing(get_redis_connection(queue_options(address))) as client:
        return bool(client.set("queue", 1))


def _async(address: str) -> bool:
    async def written() -> bool:
        client = connected_async(address)
        try:
            return bool(await client.set("async", 1))
        finally:
            await client.aclose()

    return asyncio.run(written())


@pytest.mark.parametrize("works", [_plain, _quick, _queue, _async], ids=lambda works: works.__name__[1:])
def test_it_is_asked_once_and_the_next_one_answers(
    works: Callable[[str], bool], address: str, mute: Mute
) -> None:
    assert works(address)
    assert mute.asked == 1


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux has it")
def test_connections_to_the_primary_end_by_themselves_where_its_host_is_lost(address: str) -> None:
    expected = {name: value for name, value in LOST_AFTER.items() if hasattr(socket, name)}
    with (
        closing(connected(address)) as plain,
        closing(quick(plain, 60.0)) as hurried,
        closing(get_redis_connection(queue_options(address))) as queue,
    ):
        for client in (plain, hurried, queue):
            assert client.ping()
            connection: Any = client.connection_pool.get_connection()
            set_to = {
                name: connection._sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
                for name in expected
            }
            client.connection_pool.release(connection)
            assert set_to == expected
