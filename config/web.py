"""The web server of `make run`: uvicorn, woken once a second while nothing is asked of it, and not ten times.

python -m config.web --port 8000 --log-level warning
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from uvicorn import Config, Server

APPLICATION = "config.asgi:application"
TICK_SECONDS = 1.0  # between two dates that answers bear
GRACE_SECONDS = 2  # a page that listens for events would keep it from stopping for as long as it is open


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    config = Config(
        APPLICATION,
        host=options.host,
        port=options.port,
        log_level=options.log_level,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = WebServer(config)
    with suppress(KeyboardInterrupt):  # the signal that it has ended by
        server.run()
    return 0 if server.started else 1


class WebServer(Server):
    """Looks whether it shall end when a signal says so, where uvicorn's own looks again and again."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._wake_up: Callable[[], object] = lambda: None

    async def main_loop(self) -> None:
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._wake_up = lambda: loop.call_soon_threadsafe(asked.set)
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await asked.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._wake_up()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="config.web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument("--log-level", default="warning", help="of uvicorn itself")
    return parser


if __name__ == "__main__":
    sys.exit(main())
