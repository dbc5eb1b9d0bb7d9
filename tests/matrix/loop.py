"""The event loop of all proxies, in a thread beside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from feedback.development.simulator.serving.closing import stop_accepting

Value = TypeVar("Value")
PATIENCE = 30.0
SETTLING = 0.05  # what was aborted is closed


class Loop:
    """A context manager; `do` runs a coroutine on the loop and waits for it."""

    def __enter__(self) -> Loop:
        self.loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self.loop.run_forever, name="proxies", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._end_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.close()

    def do(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def serve(self, starting: Coroutine[Any, Any, asyncio.Server]) -> asyncio.Server:
        """Start a server, which ends with the loop."""
        self._servers.append(server := self.do(starting))
        return server

    async def _end_all(self) -> None:
        for server in self._servers:
            await stop_accepting(server)
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(SETTLING)
