"""Streams of events by token: of one document, and of all that are in work, each once its owner's alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

from feedback.live import listening, publish
from feedback.live.hub import Hub, hub
from feedback.live.stream_limit import seats
from feedback.models import Document, User
from tests.factories import reading
from tests.factories.work import a_document

from .calling import ROOT, Api

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def looks_come_soon(redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.2)


@asynccontextmanager
async def stream(api: Api, path: str, after: str = "") -> AsyncIterator[tuple[Any, Any]]:
    """The answer, and what comes over it line by line."""
    headers = {"Authorization": f"Bearer {api.token}"} | ({"Last-Event-ID": after} if after else {})
    answer: Any = await AsyncClient().get(ROOT + path, headers=headers)
    lines: Any = aiter(answer) if answer.streaming else None
    try:
        yield answer, lines
    finally:
        if lines is not None:
            await lines.aclose()
        answer.close()
        live = hub()  # it belongs to its event loop, and each call here has a loop of its own
        assert isinstance(live, Hub)
        await live.aclose()
        hub.cache_clear()


def heard(api: Api, path: str, number: int, after: str = "") -> tuple[int, list[str]]:
    async def ask() -> tuple[int, list[str]]:
        async with stream(api, path, after) as (answer, lines):
            return answer.status_code, [(await anext(lines)).decode() for _ in range(number)]

    return async_to_sync(ask)()


def tell(document: Document, number: int) -> None:
    publish(str(document.pk), "job", {"section": str(number), "kind": "analyse"})


def test_a_document_is_heard_and_goes_on_after_the_last_event(api: Api, owner: User) -> None:
    document = reading.a_split_document(owner)
    for number in range(3):
        tell(document, number)
    status, lines = heard(api, f"documents/{document.pk}/events", 3)
    assert status == 200
    assert lines[0].startswith("retry: ")
    second = lines[2].partition("\n")[0].removeprefix("id: ")
    _, rest = heard(api, f"documents/{document.pk}/events", 2, after=second)
    assert '"section":"2"' in rest[1]


def test_what_has_ended_has_nothing_to_tell(api: Api, owner: User) -> None:
    ended = a_document(owner, state=Document.State.COMPLETE)
    assert heard(api, f"documents/{ended.pk}/events", 0)[0] == 204


def test_strangers_and_others_hear_nothing(outsider: User, owner: User) -> None:
    document = reading.a_split_document(owner)
    assert heard(Api.of(outsider), f"documents/{document.pk}/events", 0)[0] == 404
    for path in (f"documents/{document.pk}/events", "events"):
        assert heard(Api("mrg_none"), path, 0)[0] == 401
        assert heard(Api.of(owner, "write"), path, 0)[0] == 403
        assert heard(Api.of(owner), path, 0, after="yesterday")[0] == 422


def test_all_of_mine_come_over_one_stream_and_none_of_others(api: Api, owner: User, outsider: User) -> None:
    mine = [reading.a_split_document(owner) for _ in range(2)]
    for document in (*mine, reading.a_split_document(outsider)):
        tell(document, 7)
    _, lines = heard(api, "events", 3)
    named = {str(document.pk) for document in mine if str(document.pk) in "".join(lines[1:])}
    assert named == {str(document.pk) for document in mine}
    assert all('"section":"7"' in line for line in lines[1:])


def test_what_is_handed_in_meanwhile_is_heard_too(api: Api, owner: User) -> None:
    async def ask() -> str:
        async with stream(api, "events") as (_answer, lines):
            await anext(lines)
            document = await sync_to_async(reading.a_split_document)(owner)
            await sync_to_async(tell)(document, 1)
            line: str = (await anext(lines)).decode()
            assert str(document.pk) in line
            return line

    assert "event: job" in async_to_sync(ask)()


def test_after_a_break_nothing_is_lost(api: Api, owner: User) -> None:
    first, second = (reading.a_split_document(owner) for _ in range(2))
    tell(first, 1)
    _, lines = heard(api, "events", 2)
    last = lines[1].partition("\n")[0].removeprefix("id: ")
    tell(second, 2)
    tell(first, 3)
    _, rest = heard(api, "events", 3 + 1, after=last)
    assert {number for number in "123" if f'"section":"{number}"' in "".join(rest)} >= {"2", "3"}


def test_words_of_reviewed_feedback_are_on_no_stream(api: Api, owner: User) -> None:
    document = reading.a_split_document(owner, reviewed=True)
    prose = {"section": "", "attempt": 1, "pieces": [["summary", 0, "Growing prose"]]}
    publish(str(document.pk), "text", prose)
    tell(document, 1)
    for path in (f"documents/{document.pk}/events", "events"):
        _, lines = heard(api, path, 2)
        assert "event: job" in lines[1]


def test_one_person_holds_only_so_many(api: Api, owner: User) -> None:
    document = reading.a_split_document(owner)
    taken = [seats.taken(str(owner.pk)) for _ in range(seats.per_person)]
    for seat in taken:
        seat.__enter__()
    try:
        assert heard(api, f"documents/{document.pk}/events", 0)[0] == 429
        assert heard(api, "events", 0)[0] == 429
    finally:
        for seat in taken:
            seat.__exit__(None, None, None)
    heard(api, "events", 1)
    assert seats.of(str(owner.pk)) == 0
