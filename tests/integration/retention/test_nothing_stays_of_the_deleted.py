"""What a deletion leaves behind in the other stores: nothing."""

from __future__ import annotations

import pytest
import redis
from pytest_django import DjangoCaptureOnCommitCallbacks

from feedback import flows
from feedback.live.streams import StreamBus, key_of
from feedback.models import User
from feedback.services.erasure import delete_account, delete_document
from limiter.models import FlowOverride
from limiter.services import set_flow_policy
from tests.factories.work import a_document

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
