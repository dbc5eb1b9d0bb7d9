"""A stream of many documents outlives a bad moment of one of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from feedback.live import listening
from feedback.live.entries import Entry
from feedback.live.hub import MemoryHub
from feedback.live.listening import Heard, _Listeners
from feedback.live.memory import MemoryBus

SECONDS = 60


class Odd(MemoryHub):
    """Ends with an error at its first event."""

    failures = 1

    async def listen(self, document: str, after: str) -> AsyncGenerator[Entry | None, None]:
        async for entry in super().listen(document, after):
            yield entry
            if self.failures:
                self.failures -= 1
                raise ValueError("an odd moment")


def test_what_comes_after_an_error_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = MemoryBus()
    odd = Odd(bus)
    monkeypatch.setattr(listening, "hub", lambda: odd)
    for number in (1, 2):
        bus.append("d", "job", {"n": number})

    async def look() -> Sequence[Heard]:
        return [Heard("d", 0, visible=True)]

    async def hear() -> list[str]:
        lines = []
        stream = _Listeners(look, "0-0").entries()
        async for line in stream:
            lines.append(line)
            if len(lines) == 2:
                await stream.aclose()
                break
        return lines

    first, second = asyncio.run(asyncio.wait_for(hear(), SECONDS))
    assert '"n":1' in first
    assert '"n":2' in second
    assert odd.failures == 0
