"""An HTTP proxy before the simulator, which keeps a line of each call: what the provider has really seen."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from .loop import Loop

MARKER = re.compile(rb"mk[0-9a-f]{8}n\d+k")  # which the load writes into each section
SUMMARY = b"Give feedback on the whole document"
LONGEST = 16 * 2**20
CLOSING_SECONDS = 30.0
ENDLESS_PAUSE = 0.05  # seconds between two pieces of a stream without end


@dataclass(slots=True)
class Call:
    """One request: when it began and ended (Unix time), which sections it was about, how it was answered,
    and from which address it came."""

    began: float
    markers: frozenset[str]
    is_summary: bool
    ended: float | None = None
    status: int = 0
    client: str = ""


class ProviderLog:
    """`endless`: answers that have begun never end."""

    def __init__(self, loop: Loop, simulator: str, *, host: str = "127.0.0.1") -> None:
        parts = urlsplit(simulator)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._loop = loop
        self.calls: list[Call] = []
        self.endless = False
        self._server = loop.serve(self._start(host))
        self.url = f"http://{host}:{self._server.sockets[0].getsockname()[1]}"

    @property
    def in_flight(self) -> int:
        return sum(call.ended is None for call in list(self.calls))

    async def _start(self, host: str) -> asyncio.Server:
        return await asyncio.start_server(self._serve, host, 0, limit=LONGEST)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head, body = await _request(reader)
        except (asyncio.IncompleteReadError, OSError, ValueError, asyncio.CancelledError):
            writer.transport.abort()  # the last: the loop ends, and this client had nothing to ask
            return
        found = frozenset(marker.decode() for marker in MARKER.findall(body))
        call = Call(time.time(), found, SUMMARY in body, client=writer.get_extra_info("peername")[0])
        self.calls.append(call)
        hang_up = asyncio.ensure_future(reader.read(1))  # the client has no more to say: it has gone
        answer = asyncio.ensure_future(self._answer(call, head, body, writer))
        try:
            await asyncio.wait([hang_up, answer], return_when=asyncio.FIRST_COMPLETED)
        finally:
            call.ended = time.time()
            for task in (hang_up, answer):
                task.cancel()
            await asyncio.gather(hang_up, answer, return_exceptions=True)
            await _closed(writer)

    async def _answer(self, call: Call, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        far: asyncio.StreamWriter | None = None
        try:
            reader, far = await asyncio.open_connection(self._host, self._port, limit=LONGEST)
            far.write(_closing(head) + body)
            answered = await reader.readuntil(b"\r\n\r\n")
            call.status = int(answered.split(b" ", 2)[1])
            writer.write(_closing(answered))
            if b"transfer-encoding: chunked" in answered.lower():
                await self._stream(reader, writer)
            else:
                length = re.search(rb"content-length: (\d+)", answered.lower())
                writer.write(await reader.readexactly(int(length[1]) if length else 0))
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            writer.transport.abort()  # the provider's connection broke: so does ours
        finally:
            if far is not None:
                far.transport.abort()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Whole chunks, each as it comes."""
        number = 0
        while True:
            size = await reader.readuntil(b"\r\n")
            chunk = size + await reader.readexactly(int(size, 16) + 2)
            number += 1
            writer.write(chunk)
            await writer.drain()
            if int(size, 16) == 0:
                return
            while self.endless and number == 4:  # one piece of the text, again and again
                await asyncio.sleep(ENDLESS_PAUSE)
                writer.write(chunk)
                await writer.drain()


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Once all has left; a client that reads no more, as one that was stopped, would keep it open."""
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), CLOSING_SECONDS)
    except (OSError, TimeoutError, asyncio.CancelledError):
        writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    body = await reader.readexactly(int(length[1])) if length else b""
    return head, body


def _closing(head: bytes) -> bytes:
    """With one request for each connection no end has to be guessed."""
    lines = [line for line in head.split(b"\r\n")[:-2] if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""])
