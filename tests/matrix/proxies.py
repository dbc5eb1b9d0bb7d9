"""TCP proxies between each process and its stores: what a network may do, they do."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from .loop import Loop

PIECE = 65_536
Target = Path | tuple[str, int]  # a socket's file, or host and port


class TcpProxy:
    """One port. `part` is a partition: nothing passes and nothing is refused; `cut` drops what is open."""

    def __init__(self, loop: Loop, target: Target) -> None:
        self._loop, self.target = loop, target
        self._open: set[asyncio.StreamWriter] = set()
        self._passes = asyncio.Event()
        self._passes.set()
        self._server = loop.serve(self._start())
        self.port = int(self._server.sockets[0].getsockname()[1])

    def part(self) -> None:
        self._loop.loop.call_soon_threadsafe(self._passes.clear)

    def mend(self) -> None:
        self._loop.loop.call_soon_threadsafe(self._passes.set)

    def cut(self) -> None:
        self._loop.do(self._cut())

    def lead_to(self, target: Target) -> None:
        """From now on to another server; what is open is cut, as a balancer does it."""
        self.target = target
        self.cut()

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            await self._passes.wait()
            far_reader, far = await self._connect()
            self._open.add(far)
            await self._both_ways(reader, far, far_reader, writer)
        except (OSError, asyncio.CancelledError):  # the loop ends: asyncio would report the second
            pass
        finally:
            for end in (writer, far):
                if end is not None:
                    self._open.discard(end)
                    end.transport.abort()

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        far: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        ways = [
            asyncio.ensure_future(self._pass_on(reader, far)),
            asyncio.ensure_future(self._pass_on(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                await self._passes.wait()
                writer.write(piece)
                await writer.drain()
