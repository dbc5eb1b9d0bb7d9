"""The socket under a running call, so that another thread can end a blocked read.

A client's connections are made to say which socket carries the call of their thread: bedrock/sockets.py does
so for botocore, openai_compatible/sockets.py for httpx. Nothing but shutdown() on that socket wakes a thread
that waits in recv.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import Enum, auto

from .base import Aborted, Call, ProviderError, TimedOut, TokenUsage
from .deadlines import Deadlines


class Cut(Enum):
    """The reason for which a call was ended from outside."""

    ABORTED = auto()
    DEADLINE = auto()


class Wire:
    """The connection of one call. Only the first cut counts, and it reaches a socket that comes later too."""

    @classmethod
    @contextmanager
    def for_call(cls, call: Call, deadlines: Deadlines, seconds: float) -> Iterator[Wire]:
        """A wire that the call's abort cuts, and the end of its time. Raises Aborted if that came first."""
        wire = cls(seconds)
        call.on_abort(lambda: wire.sever(Cut.ABORTED))
        if wire.severed:
            raise Aborted
        try:
            with deadlines.limit(seconds, lambda: wire.sever(Cut.DEADLINE)):
                yield wire
        finally:
            wire.release()

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds  # that the call may take
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

    def cut_short(self, usage: TokenUsage | None = None) -> ProviderError | None:
        """A severed wire makes all kinds of errors; why it was severed is the reason that counts."""
        match self.severed:
            case Cut.ABORTED:
                return Aborted(usage=usage)
            case Cut.DEADLINE:
                return TimedOut(f"The call was cut after {self._seconds:g} s.", usage=usage)
        return None

    @contextmanager
    def carrying(self) -> Iterator[None]:
        """Requests that this thread sends in here belong to this call."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Wire | None] = ContextVar("wire", default=None)


def current_wire() -> Wire | None:
    """What carries the call that this thread is making, if any."""
    return _current.get()


def _shut(sock: socket.socket) -> None:
    # Not SSLSocket's own shutdown: that drops the TLS state which the reading thread is using.
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
