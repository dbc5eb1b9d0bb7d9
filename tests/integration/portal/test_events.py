"""The stream of a document's events: its owner, where it starts, and how many one person may hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import redis
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from django.urls import reverse

from feedback.live import publish
from feedback.live.hub import Hub, hub
from feedback.live.stream_limit import Seats, seats
from feedback.models import Document, User
from tests.factories import reading
from tests.factories.work import a_document

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def document(owner: User, redis_client: redis.Redis) -> Document:
    return reading.a_split_document(owner)


def listen(
    user: User | None, document_id: UUID, *, lines: int = 0, last_event_id: str = ""
) -> tuple[int, list[str]]:
    """The status of the stream's answer, and its first lines."""

    async def ask() -> tuple[int, list[str]]:
        client = AsyncClient()
        if user:
            await client.aforce_login(user)
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        answer: Any = await client.get(reverse("events", args=[document_id]), headers=headers)
        stream: Any = aiter(answer) if answer.streaming else None
        heard = [(await anext(stream)).decode() for _ in range(lines)]
        if stream is not None:
            await stream.aclose()
        answer.close()
        await _end_of_hub()
        return answer.status_code, heard

    return async_to_sync(ask)()


async def _end_of_hub() -> None:
    """A hub belongs to its event loop, and each call here has a loop of its own."""
    live = hub()
    assert isinstance(live, Hub)
    await live.aclose()
    hub.cache_clear()


def test_a_page_hears_what_it_missed(owner: User, document: Document) -> None:
    publish(str(document.pk), "job", {"section": "", "kind": "parse"})
    status, heard = listen(owner, document.pk, lines=2)
    assert status == 200
    assert heard[0].startswith("retry: ")
    assert 'event: job\ndata: {"section":"","kind":"parse"}\n\n' in heard[1]


def test_a_page_goes_on_after_the_last_event_that_it_had(owner: User, document: Document) -> None:
    for number in range(3):
        publish(str(document.pk), "job", {"section": str(number), "kind": "analyse"})
    _, heard = listen(owner, document.pk, lines=3)
    second = heard[2].partition("\n")[0].removeprefix("id: ")
    _, after = listen(owner, document.pk, lines=2, last_event_id=second)
    assert '"section":"2"' in after[1]


def test_a_stranger_hears_nothing(outsider: User, document: Document) -> None:
    assert listen(outsider, document.pk)[0] == 404


def test_without_a_session_nothing_is_sent(document: Document) -> None:
    assert listen(None, document.pk)[0] == 403


def test_a_document_that_has_ended_has_nothing_to_tell(owner: User, redis_client: redis.Redis) -> None:
    ended = a_document(owner, state=Document.State.COMPLETE)
    assert listen(owner, ended.pk)[0] == 204


def test_an_id_that_is_none_is_refused(owner: User, document: Document) -> None:
    assert listen(owner, document.pk, last_event_id="yesterday")[0] == 400


def test_one_person_holds_only_so_many_streams(owner: User, document: Document) -> None:
    taken = [seats.taken(str(owner.pk)) for _ in range(seats.per_person)]
    for seat in taken:
        seat.__enter__()
    assert listen(owner, document.pk)[0] == 429
    for seat in taken:
        seat.__exit__(None, None, None)
    assert listen(owner, document.pk, lines=1)[0] == 200
    assert not seats.full(str(owner.pk))


def test_a_seat_is_free_again_whatever_ended_the_stream() -> None:
    few = Seats(per_person=1)
    with pytest.raises(RuntimeError), few.taken("ada"):
        assert few.full("ada")
        raise RuntimeError
    assert not few.full("ada")
