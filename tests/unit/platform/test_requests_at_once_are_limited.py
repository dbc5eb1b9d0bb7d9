"""A web process works on as many requests as it has connections; the others wait, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from pytest_django import Settings

from config.request_limit import RequestLimit

PATIENCE = 30  # seconds, for a machine that is busy
PAGE, STREAM = b"text/html", b"text/event-stream"


class Site:
    """Its answers begin at once, and end when the test lets them."""

    def __init__(self, kind: bytes = PAGE) -> None:
        self.kind = kind
        self.begun = 0
        self.may_end = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        self.begun += 1
        headers = [(b"Content-Type", self.kind)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.may_end.wait()
        await send({"type": "http.response.body", "body": b"here you are"})

    async def until_begun(self, count: int) -> None:
        while self.begun < count:
            await asyncio.sleep(0.001)


class Visit:
    """One request, and what was answered."""

    def __init__(self, limit: RequestLimit, path: str = "/", *, body: list[bytes] | None = None) -> None:
        self.sent: list[Any] = []
        self.body = body if body is not None else [b""]
        self.more_comes = asyncio.Event()
        headers = [(b"accept", b"text/html"), (b"host", b"localhost")]
        scope = {
            "type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"",
            "scheme": "http", "server": ("localhost", 80),
        }  # fmt: skip
        self.task = asyncio.ensure_future(limit(scope, self._receive, self._send))  # type: ignore[arg-type]

    async def _receive(self) -> Any:
        if not self.body:
            await self.more_comes.wait()
            return {"type": "http.request", "body": b""}
        return {"type": "http.request", "body": self.body.pop(0), "more_body": not self.more_comes.is_set()}

    async def _send(self, event: Any) -> None:
        self.sent.append(event)

    @classmethod
    def whole(cls, limit: RequestLimit, path: str = "/") -> Visit:
        visit = cls(limit, path)
        visit.more_comes.set()
        return visit

    async def status(self) -> int:
        await self.task
        return int(self.sent[0]["status"])


@pytest.fixture(autouse=True)
def one_at_a_time(settings: Settings) -> None:
    settings.REQUESTS_AT_ONCE, settings.REQUEST_WAIT_SECONDS = 1, PATIENCE


def play(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, PATIENCE))


def test_a_request_that_comes_while_all_slots_are_taken_waits_for_one() -> None:
    async def scene() -> None:
        site = Site()
        limit = RequestLimit(site)
        first, second = Visit.whole(limit), Visit.whole(limit)
        await site.until_begun(1)
        for _ in range(10):
            await asyncio.sleep(0)
        assert site.begun == 1
        site.may_end.set()
        assert [await first.status(), await second.status()] == [200, 200]

    play(scene())


def test_a_request_that_waited_too_long_is_answered_with_the_time_to_come_back(settings: Settings) -> None:
    settings.REQUEST_WAIT_SECONDS = 0.01

    async def scene() -> None:
        site = Site()
        limit = RequestLimit(site)
        first = Visit.whole(limit)
        await site.until_begun(1)
        refused = Visit.whole(limit)
        assert await refused.status() == 503
        assert (b"Retry-After", b"15") in refused.sent[0]["headers"]
        assert b"back in a moment" in refused.sent[1]["body"]
        site.may_end.set()
        assert await first.status() == 200
        assert await Visit.whole(limit).status() == 200, "the slot was given back"

    play(scene())


def test_a_client_that_went_away_gives_its_slot_back() -> None:
    async def scene() -> None:
        site = Site()
        limit = RequestLimit(site)
        first = Visit.whole(limit)
        await site.until_begun(1)
        second = Visit.whole(limit)
        first.task.cancel()
        site.may_end.set()
        assert await second.status() == 200

    play(scene())


def test_a_slow_upload_takes_no_slot_before_it_is_there() -> None:
    async def scene() -> None:
        site = Site()
        site.may_end.set()
        limit = RequestLimit(site)
        slow = Visit(limit, body=[b"half of it"])
        assert await Visit.whole(limit).status() == 200
        slow.more_comes.set()
        assert await slow.status() == 200

    play(scene())


def test_an_open_event_stream_keeps_no_request_waiting() -> None:
    async def scene() -> None:
        site = Site(STREAM)
        limit = RequestLimit(site)
        streams = [Visit.whole(limit) for _ in range(3)]
        await site.until_begun(3)
        site.may_end.set()
        assert [await each.status() for each in streams] == [200] * 3

    play(scene())


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/static/css/base.css"])
def test_what_a_busy_process_answers_past_the_limit(path: str) -> None:
    async def scene() -> None:
        site = Site()
        limit = RequestLimit(site)
        Visit.whole(limit)
        await site.until_begun(1)
        other = Visit.whole(limit, path)
        await site.until_begun(2)
        site.may_end.set()
        assert await other.status() == 200

    play(scene())
