"""Webhooks over the API: made, read, changed, given another secret, tested, replayed, deleted."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from feedback.models import Assignment, AuditEntry, User, Webhook, WebhookDelivery
from feedback.services.accounts.access_tokens import revoke_token
from feedback.services.accounts.erasure import delete_account
from feedback.services.accounts.exports import everything_of
from feedback.services.webhooks import subscriptions
from tests.integration.taking.test_my_data import unzipped

from .calling import Api, kind_of

GIVEN = {"url": "https://hooks.example.org/secret-path?x=1", "events": ["document.completed"]}


@pytest.fixture
def made(api: Api) -> dict[str, Any]:
    answer = api.post("webhooks", GIVEN)
    assert answer.status_code == 201
    assert answer["Location"].endswith(answer.json()["id"])
    return dict(answer.json())


def test_its_secret_is_shown_once(api: Api, made: dict[str, Any]) -> None:
    assert made["secret"].startswith("whsec_")
    answers = [api.get("webhooks"), api.get(f"webhooks/{made['id']}")]
    assert all(made["secret"] not in answer.content.decode() for answer in answers)
    kept = str(list(AuditEntry.objects.values())) + str(list(Webhook.objects.values("secret")))
    assert made["secret"] not in kept
    assert "secret-path" not in str(list(AuditEntry.objects.values()))


def test_another_secret_leaves_a_day_to_change_over(api: Api, made: dict[str, Any]) -> None:
    answer = api.post(f"webhooks/{made['id']}/rotate").json()
    assert answer["secret"] not in (made["secret"], None)
    assert answer["previous_secret_until"] > timezone.now().isoformat()


def test_it_is_changed_switched_off_and_on(api: Api, made: dict[str, Any]) -> None:
    path = f"webhooks/{made['id']}"
    off = api.put(path, GIVEN | {"events": ["document.failed"], "name": "LMS", "enabled": False}).json()
    assert (off["events"], off["name"], off["enabled"]) == (["document.failed"], "LMS", False)
    assert off["disabled_because"] == "owner"
    on = api.put(path, GIVEN).json()
    assert (on["enabled"], on["disabled_because"], on["events"]) == (True, None, ["document.completed"])


def test_it_is_deleted_with_its_log(api: Api, made: dict[str, Any]) -> None:
    api.post(f"webhooks/{made['id']}/test")
    assert api.delete(f"webhooks/{made['id']}").status_code == 204
    assert kind_of(api.get(f"webhooks/{made['id']}")) == "not-found"
    assert WebhookDelivery.objects.count() == 0


def test_a_test_waits_once_and_stands_in_the_log(api: Api, made: dict[str, Any]) -> None:
    path = f"webhooks/{made['id']}"
    first, second = api.post(f"{path}/test"), api.post(f"{path}/test")
    assert (first.status_code, first.json()["id"]) == (202, second.json()["id"])
    (logged,) = api.get(f"{path}/deliveries").json()["items"]
    assert (logged["event"], logged["state"], logged["data"]) == ("webhook.test", "waiting", {})
    assert api.get(f"{path}/deliveries?state=failed").json()["items"] == []
    assert kind_of(api.post(f"{path}/deliveries/{logged['id']}/replay")) == "nothing-to-do"
    WebhookDelivery.objects.update(state="failed", problem="no_answer", ended_at=timezone.now())
    again = api.post(f"{path}/deliveries/{logged['id']}/replay").json()
    assert (again["id"], again["state"], again["problem"]) == (logged["id"], "waiting", None)


def test_the_log_comes_in_pages(api: Api, made: dict[str, Any]) -> None:
    webhook = Webhook.objects.get()
    for _each in range(3):
        subscriptions.test(webhook)
        WebhookDelivery.objects.update(state="delivered", ended_at=timezone.now())
    path = f"webhooks/{made['id']}/deliveries?limit=2"
    first = api.get(path).json()
    second = api.get(f"{path}&cursor={first['next']}").json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)


@pytest.mark.parametrize(
    "path", ["", "/deliveries", "/rotate", "/test", "/deliveries/{delivery}", "/deliveries/{delivery}/replay"]
)
def test_anothers_is_as_good_as_none(made: dict[str, Any], outsider: User, path: str) -> None:
    delivery = subscriptions.test(Webhook.objects.get())
    address = f"webhooks/{made['id']}{path}".format(delivery=delivery.pk)
    stranger = Api.of(outsider)
    posted = path.endswith(("rotate", "test", "replay"))
    assert kind_of(stranger.post(address) if posted else stranger.get(address)) == "not-found"
    if not path:
        assert kind_of(stranger.put(address, GIVEN)) == "not-found"
        assert kind_of(stranger.delete(address)) == "not-found"


def test_reading_makes_none(owner: User) -> None:
    reader = Api.of(owner, "read")
    assert reader.get("webhooks").json() == []
    assert kind_of(reader.post("webhooks", GIVEN)) == "insufficient-scope"


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://example.org/"}, {"url": "https://user:word@example.org/"}, {"url": "https://"},
        {"url": "HTTPS://example.org/"}, {"url": "https://[example.org/"}, {"url": "https://a b/"},
        {"url": "https://example.org:0/"}, {"url": "https://example.org/" + "x" * 500},
        {"events": []}, {"events": ["webhook.test"]}, {"events": ["document.read"]},
        {"course": str(uuid4())},
    ],
)  # fmt: skip
def test_what_can_not_be_meant_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    assert api.post("webhooks", GIVEN | wrong).status_code == 422
    assert Webhook.objects.count() == 0


def test_a_course_is_its_teachers_to_listen_to(owner: User, teacher: User, assignment: Assignment) -> None:
    given = GIVEN | {"course": str(assignment.course_id)}
    refused = Api.of(owner).post("webhooks", given)
    assert (kind_of(refused), refused.json()["field"]) == ("refused", "course")
    assert Api.of(teacher).post("webhooks", given).json()["course"] == str(assignment.course_id)


def test_a_person_has_so_many(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST", 1)
    assert api.post("webhooks", GIVEN).status_code == 201
    assert kind_of(api.post("webhooks", GIVEN)) == "refused"


def test_one_of_a_token_that_is_over_says_so(owner: User, api: Api, made: dict[str, Any]) -> None:
    revoke_token(owner.access_tokens.get())
    (listed,) = Api.of(owner).get("webhooks").json()
    assert (listed["enabled"], listed["disabled_because"]) == (False, "token_ended")


def test_they_are_among_ones_own_data(owner: User, made: dict[str, Any]) -> None:
    subscriptions.test(Webhook.objects.get())
    kept = unzipped(b"".join(everything_of(owner)))["webhooks.json"]
    assert made["url"] in kept
    assert "webhook.test" in kept
    assert str(Webhook.objects.get().secret) not in kept


def test_they_go_with_the_account(owner: User, made: dict[str, Any]) -> None:
    delete_account(owner)
    assert Webhook.objects.count() == 0
