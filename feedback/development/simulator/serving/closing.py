"""The end of a server of asyncio that leaves no connection open behind it."""

from __future__ import annotations

import asyncio

TURNS = 5  # of the loop: what has been accepted becomes a connection in two, and is served in the third


async def stop_accepting(server: asyncio.Server) -> None:
    """Close it once all that it has accepted is known.

    A connection that has just been accepted when a server is closed fails an assertion of asyncio's
    (`Server._attach`), and its socket is left to the collector.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(TURNS):
        await asyncio.sleep(0)
    server.close()
