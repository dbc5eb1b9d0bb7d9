"""What a deletion leaves behind in the other stores: nothing."""

from __future__ import annotations

import pytest
import redis
from pytest_django import DjangoCaptureOnCommitCallbacks

from feedback.dispatch import flows
from feedback.live.streams import StreamBus, key_of
from feedback.models import User
from feedback.pipeline.run import run
from feedback.providers.base import Call, Request
from feedback.services.accounts.erasure import delete_account, delete_document
from limiter.models import FlowOverride
from limiter.services import set_flow_policy
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.sharing import execution_of
from tests.factories.work import a_document, an_analysis

pytestmark = pytest.mark.django_db


def spoken(redis_url: str, document: str) -> None:
    bus = StreamBus(redis_url)
    bus.append(document, "text", {"part": "summary", "text": "Words"})
    bus.note(document, "in line")


def test_the_live_words_of_a_deleted_document_go(
    owner: User,
    redis_client: redis.Redis,
    redis_url: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    gone, stays = a_document(owner), a_document(owner)
    for document in (gone, stays):
        spoken(redis_url, str(document.pk))
    with django_capture_on_commit_callbacks(execute=True):
        delete_document(gone, by=owner)
    assert redis_client.keys(f"{key_of(str(gone.pk))}*") == []
    assert len(redis_client.keys(f"{key_of(str(stays.pk))}*")) == 2


def test_an_account_takes_its_live_words_and_its_exceptions_along(
    owner: User,
    outsider: User,
    redis_client: redis.Redis,
    redis_url: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for user in (owner, outsider):
        set_flow_policy(
            flow=flows.flow_of(user), changes={"weight_factor": 2.0}, author="opal", reason="a test"
        )
    document = a_document(owner)
    spoken(redis_url, str(document.pk))
    with django_capture_on_commit_callbacks(execute=True):
        delete_account(owner)
    assert FlowOverride.objects.get().flow == flows.flow_of(outsider)
    assert redis_client.keys(f"{key_of(str(document.pk))}*") == []


def test_words_that_came_after_the_deletion_go_when_their_call_ends(
    owner: User,
    redis_client: redis.Redis,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    document = an_analysis(owner)
    key = str(document.pk)

    def deleted_meanwhile(request: Request, call: Call) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            delete_document(document, by=owner)
        spoken(redis_url, key)

    with in_place_of("offline", ScriptedProvider(before_the_end=deleted_meanwhile), monkeypatch):
        job = document.jobs.earliest("pk")
        run(str(job.pk), execution_of(job))
    assert redis_client.keys(f"{key_of(key)}*") == []
