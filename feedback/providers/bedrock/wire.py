"""The socket under a running call, found so that another thread can end a blocked read.

botocore keeps it under client → endpoint → http_session → urllib3's pool → connection → sock, and
hands nothing out before the response's headers are there, which for a model is when it starts to
write. So we put connection classes of our own in the pool's place: they tell the call that is
running in their thread which socket carries it. `install` is the one place that reaches into
botocore; tests/integration/simulator hold it to what it promises, over HTTP and over TLS.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import Enum, auto
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)


class Cut(Enum):
    """Why a call was ended from outside."""

    ABORTED = auto()
    DEADLINE = auto()


class Wire:
    """What carries one call. Only the first cut counts, and it reaches a socket that comes later too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.severed: Cut | None = None

    def attach(self, sock: socket.socket) -> None:
        with self._lock:
            self._socket = sock
            if self.severed is not None:
                _shut(sock)

    def release(self) -> None:
        """The call is over: the socket may carry someone else's next."""
        with self._lock:
            self._socket = None

    def sever(self, cut: Cut) -> None:
        with self._lock:
            self.severed = self.severed or cut
            if self._socket is not None:
                _shut(self._socket)

    @contextmanager
    def carrying(self) -> Iterator[None]:
        """Requests that this thread sends in here belong to this call."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Wire | None] = ContextVar("bedrock_wire", default=None)


def _shut(sock: socket.socket) -> None:
    # Not SSLSocket's own shutdown: that drops the TLS state which the reading thread is using.
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Carrier:
    """Mixed into a connection: says whom it carries from the moment that a request is out."""

    sock: Any
    _wire: Wire | None = None

    def getresponse(self) -> Any:
        if self._wire is not None:  # its call is over, or this connection would not have been free
            self._wire.release()
        self._wire = _current.get()
        if self._wire is not None:
            self._wire.attach(self.sock)
        return super().getresponse()  # type: ignore[misc]


class _HTTPConnection(_Carrier, AWSHTTPConnection):  # type: ignore[misc] # botocore's own mixin is untyped
    pass


class _HTTPSConnection(_Carrier, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _HTTPPool(AWSHTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(AWSHTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


def install(client: Any) -> None:
    """Make a boto3 client's connections tell which call they carry. Before its first request."""
    session = client._endpoint.http_session
    # The session shares this one dict with its pool managers, those of proxies included.
    session._pool_classes_by_scheme.update(http=_HTTPPool, https=_HTTPSPool)
