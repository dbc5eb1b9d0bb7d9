"""A server that plays what it is given: a real socket, real HTTP (or TLS), and no mind of its own.

A test scripts one exchange after another, each a list of steps; after the last, that one is played again.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from feedback.development.simulator.serving.closing import stop_accepting

EVENTS = {"Content-Type": "text/event-stream; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Head:
    """A status and headers. What follows is chunked, or with a body of its own a whole answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: EVENTS)
    body: bytes | None = None


@dataclass(frozen=True)
class Send:
    data: bytes


@dataclass(frozen=True)
class Hang:
    """Nothing more until the client hangs up."""


@dataclass(frozen=True)
class Wait:
    """Nothing more until the test says go."""

    go: threading.Event


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Reset:
    """The connection is cut without a goodbye."""


@dataclass(frozen=True)
class Finish:
    """The end of a chunked answer, as HTTP has it."""


Step = Head | Send | Hang | Wait | Pause | Reset | Finish


@dataclass(frozen=True)
class Received:
    method: str
    target: str
    headers: Mapping[str, str]
    body: Any


def event(data: object) -> Send:
    """One event of a stream; a string goes as it is."""
    text = data if isinstance(data, str) else json.dumps(data)
    return Send(f"data: {text}\n\n".encode())


def reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> list[Step]:
    """A whole answer in JSON, or a string as it is."""
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return [Head(status, {**JSON, **(headers or {})}, raw)]


def stream(*steps: object, headers: Mapping[str, str] | None = None) -> list[Step]:
    """An answer in events up to its [DONE]."""
    sent = [each if isinstance(each, Step) else event(each) for each in steps]
    return [Head(headers={**EVENTS, **(headers or {})}), *sent, Send(DONE), Finish()]


class ChatServer:
    """Runs in a thread of its own. What it received, and each hang-up, can be read from any thread."""

    def __init__(self, scripts: Sequence[Sequence[Step]], tls: ssl.SSLContext | None) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.left = 0  # clients that hung up while the server still had to send
        self._scripts = [list(script) for script in scripts]
        self._tls = tls
        self._behind: ssl.SSLContext | None = None
        self._loop = asyncio.new_event_loop()
        self._port = 0
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    def plays(self, *scripts: Sequence[Step]) -> None:
        """From the next request on."""
        self._scripts = [list(script) for script in scripts]

    def tunnels_to(self, behind: ssl.SSLContext) -> None:
        """What a client reaches through CONNECT is this server again, over TLS."""
        self._behind = behind

    @property
    def open(self) -> int:
        """Connections that stand."""
        return len(self._open)

    @contextmanager
    def running(self) -> Iterator[ChatServer]:
        ready = threading.Event()
        thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        self._stop = asyncio.Event()
        # A proxy's double speaks plainly until the client has asked for a tunnel.
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls)
        self._port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        await stop_accepting(server)
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = self._loop.create_task(self._converse(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _read_request(reader):
                if request.method == "CONNECT":
                    await self._tunnelled(writer)
                    continue
                self.received.append(request)
                script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
                if not await self._play(script, reader, writer):
                    return
        except (ConnectionError, ssl.SSLError):
            self.left += 1
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _tunnelled(self, writer: asyncio.StreamWriter) -> None:
        """As a proxy and the server behind it in one."""
        assert self._behind is not None
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        await writer.start_tls(self._behind)

    async def _play(
        self, script: Sequence[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection may carry another exchange."""
        for step in script:
            match step:
                case Head(status, headers, body):
                    writer.write(_head(status, headers, body))
                case Send(data):
                    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
                case Finish():
                    writer.write(b"0\r\n\r\n")
                case Wait(go):
                    await writer.drain()
                    while not go.is_set():
                        await asyncio.sleep(0.01)
                case Pause(seconds):
                    await asyncio.sleep(seconds)
                case Hang():
                    await writer.drain()
                    await reader.read(1)  # nothing comes but the client's goodbye
                    self.left += 1
                    return False
                case Reset():
                    await writer.drain()
                    writer.transport.abort()
                    return False
            await writer.drain()
        return bool(script) and isinstance(script[-1], Finish | Head)


async def _read_request(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        return None
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(method, target, headers, json.loads(body) if body else None)


def _head(status: int, headers: Mapping[str, str], body: bytes | None) -> bytes:
    length = {"Transfer-Encoding": "chunked"} if body is None else {"Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in {**headers, **length}.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


@contextmanager
def serving(*scripts: Sequence[Step], tls: ssl.SSLContext | None = None) -> Iterator[ChatServer]:
    """A server that plays these exchanges."""
    with ChatServer(scripts, tls).running() as server:
        yield server
