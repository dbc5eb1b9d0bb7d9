"""A bound on a wait that a cancellation always ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Answer = TypeVar("Answer")


async def at_most(seconds: float, waited_for: Awaitable[Answer]) -> Answer:
    """What is waited for. Raises TimeoutError.

    In Python 3.11 `asyncio.wait_for` swallows a cancellation that comes at the moment of the answer: a stream
    would go on, and hold its seat, for a client that is gone.
    """
    async with asyncio.timeout(seconds):
        return await waited_for
