"""With Idempotency-Key a request that comes again is done once, and answered the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from feedback.models import Document, KeptAnswer, User
from feedback.operations.retention import purge
from feedback.services.intake import documents
from tests.factories import reading

from .calling import TEXT, Api, kind_of

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
BODY = {"text": TEXT}


def sent(api: Api, body: Any = BODY, key: dict[str, str] = KEY) -> Any:
    return api.post("documents", body, headers=key)


def test_the_same_key_and_body_is_one_document_and_one_answer(api: Api) -> None:
    first, second = sent(api), sent(api)
    assert Document.objects.count() == 1
    assert (second.status_code, second.json()) == (201, first.json())
    assert second["Location"] == first["Location"]
    assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")


def test_another_body_with_the_key_is_refused(api: Api) -> None:
    sent(api)
    assert kind_of(sent(api, {"text": "Another text."})) == "idempotency-key-reused"
    document = Document.objects.get()
    assert kind_of(api.post(f"documents/{document.pk}/cancel", headers=KEY)) == "idempotency-key-reused"


def test_a_file_that_comes_again_is_the_same_whatever_its_boundary(api: Api) -> None:
    for _ in range(2):
        assert api.upload("documents/file", "bees.txt", TEXT.encode(), headers=KEY).status_code == 201
    assert Document.objects.count() == 1
    assert bytes(Document.objects.get().upload.data) == TEXT.encode()
    for name, data, more in (
        ("bees.txt", b"Another.", {}),
        ("other.txt", TEXT.encode(), {}),
        ("bees.txt", TEXT.encode(), {"title": "a"}),
    ):
        again = api.upload("documents/file", name, data, headers=KEY, **more)
        assert kind_of(again) == "idempotency-key-reused"


def test_a_key_is_its_persons_own(api: Api, outsider: User) -> None:
    sent(api)
    assert sent(Api.of(outsider)).status_code == 201
    assert Document.objects.count() == 2


def test_two_tokens_of_a_person_share_it(api: Api, owner: User) -> None:
    assert sent(api).json() == sent(Api.of(owner)).json()


def test_what_was_refused_may_be_put_right(api: Api) -> None:
    assert kind_of(sent(api, {"text": TEXT, "previous": str(KeptAnswer().pk)})) == "refused"
    assert sent(api).status_code == 201


def test_while_the_first_is_in_work_the_second_waits(api: Api, owner: User) -> None:
    sent(api)
    KeptAnswer.objects.update(status=None, body="", location="")
    answer = sent(api)
    assert kind_of(answer) == "idempotency-key-in-work"
    assert answer["Retry-After"] == "1"


def test_after_a_process_that_died_it_is_still_one_document(api: Api) -> None:
    first = sent(api).json()
    long_ago = timezone.now() - timedelta(minutes=5)
    KeptAnswer.objects.update(status=None, body="", location="", begun_at=long_ago)
    assert sent(api).json()["id"] == first["id"]
    assert Document.objects.count() == 1


def test_a_failure_of_ours_is_not_kept(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**fields: object) -> None:
        raise RuntimeError("on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(documents, "submit", fails)
        api.client.raise_request_exception = False
        assert sent(api).status_code == 500
    assert sent(api).status_code == 201


@pytest.mark.parametrize("key", ["", "a" * 256])
def test_a_key_that_can_be_none_is_refused(api: Api, key: str) -> None:
    assert kind_of(sent(api, key={"Idempotency-Key": key})) == "invalid"
    assert not Document.objects.exists()


def test_cancelling_twice_with_a_key_is_cancelling_once(api: Api, owner: User) -> None:
    path = f"documents/{reading.a_split_document(owner).pk}/cancel"
    first, second = api.post(path, headers=KEY), api.post(path, headers=KEY)
    assert (first.status_code, second.json()) == (200, first.json())
    assert kind_of(api.post(path)) == "nothing-to-do"


def test_an_answer_goes_with_its_document_and_after_a_day(api: Api) -> None:
    document = sent(api).json()["id"]
    api.delete(f"documents/{document}")
    assert not KeptAnswer.objects.exists()
    sent(api)
    KeptAnswer.objects.update(begun_at=timezone.now() - timedelta(hours=25))
    purge(only=["answers"])
    assert not KeptAnswer.objects.exists()


# Validators -------------------------------------------------------------------------------------------


def test_what_a_client_has_is_not_sent_again(api: Api, owner: User) -> None:
    document = reading.a_read_document(owner)
    for path in ("documents", f"documents/{document.pk}/feedback"):
        first = api.get(path)
        again = api.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert "Authorization" in again["Vary"]
    Document.objects.update(title="Another")
    assert api.get("documents", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_every_answer_tells_of_its_limits(api: Api) -> None:
    for answer in (api.get("me"), api.get("documents/x"), api.post("documents", {}), Api().get("me")):
        if answer.status_code != 404:
            assert '"api";q=' in answer["RateLimit-Policy"]
    assert '"submit"' in api.post("documents", BODY)["RateLimit-Policy"]
    assert '"submit"' not in api.get("documents")["RateLimit-Policy"]
