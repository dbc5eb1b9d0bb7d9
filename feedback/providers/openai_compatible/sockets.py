"""httpx's connections, made to tell which call they carry.

Nothing hands out a call's socket before the response's headers are there, which for many servers is when the
model starts to write. So the pools get a network backend of our own (httpcore's interface for that): each
connection tells the call that writes a request on it, in that call's thread, which socket carries it.
`install` is the one place that reaches into httpx; tests/integration/providers hold it to what it promises.
"""

from __future__ import annotations

import math
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

from ..wire import Wire, current_wire

# Minutes may pass without a byte, and routers forget.
KEPT_ALIVE = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


class CarryingStream(httpcore2.NetworkStream):
    """A connection that says whom it carries from the moment that a request goes out."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream
        self._wire: Wire | None = None
        self._patience = math.inf  # seconds that a read may take, whatever the time-out is
        self._carry()

    def _carry(self) -> None:
        wire = current_wire()
        if wire is self._wire:
            return
        if self._wire is not None:  # its call is over, or this connection would not have been free
            self._wire.release()
        self._wire = wire
        if wire is not None:
            wire.attach(self.get_extra_info("socket"))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        patience = self._patience if timeout is None else min(timeout, self._patience)
        return self._stream.read(max_bytes, None if patience == math.inf else patience)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._carry()
        self._patience = math.inf
        self._stream.write(buffer, timeout)

    def wait_at_most(self, seconds: float) -> None:
        """From here to the end of this answer."""
        self._patience = seconds

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return CarryingStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class CarryingBackend(httpcore2.SyncBackend):
    """Opens connections as httpcore does, and wraps them."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        options = [*(socket_options or ()), KEPT_ALIVE]
        return CarryingStream(super().connect_tcp(host, port, timeout, local_address, options))


def wait_at_most(response: httpx2.Response, seconds: float) -> None:
    """Each further read of this response, where it is carried by a connection of ours."""
    stream = response.extensions.get("network_stream")
    if isinstance(stream, CarryingStream):
        stream.wait_at_most(seconds)


def install(client: httpx2.Client) -> None:
    """Make a client's connections, also to proxies, tell which call they carry. Before its first request."""
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx2.HTTPTransport):
            transport._pool._network_backend = CarryingBackend()
