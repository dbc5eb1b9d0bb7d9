"""A token acts for its owner: within its scopes, until its end, and never beyond the owner's own rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.dispatch import flows
from feedback.errors import Refused
from feedback.models import AccessToken, AuditEntry, Document, User
from feedback.services.accounts import access_tokens
from feedback.services.accounts.access_tokens import make_token, revoke_token
from limiter.services import set_flow_policy
from tests.factories import reading
from tests.people import signed_in

from .calling import ROOT, TEXT, Api, kind_of

MAKE = {"name": "my script", "scopes": ["read", "write"], "days": "30"}


def test_a_token_is_who_its_owner_is(api: Api, owner: User) -> None:
    answer = api.get("me").json()
    assert (answer["email"], answer["token"]["scopes"]) == (owner.email, ["read", "write"])


def test_the_value_is_kept_nowhere(owner: User) -> None:
    token, value = make_token(owner=owner, name="a", scopes=["read"], days=1)
    row = AccessToken.objects.filter(pk=token.pk).values().get()
    assert value not in str(row)
    assert value.startswith(str(row["prefix"]))
    assert len(value) - len(str(row["prefix"])) >= 32
    assert value not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("value", ["", "mrg_", "mrg_nothing", "\x00", "ä", "a b c"])
def test_what_is_no_token_opens_nothing(owner: User, value: str) -> None:
    answer = Client().get(ROOT + "me", headers={"Authorization": f"Bearer {value}"})
    assert kind_of(answer) == "unauthenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_another_scheme_opens_nothing_even_with_a_session(owner: User) -> None:
    answer = signed_in(owner).get(ROOT + "me", headers={"Authorization": "Basic YTpi"})
    assert kind_of(answer) == "unauthenticated"


def test_a_token_ends(api: Api) -> None:
    now = timezone.now()
    AccessToken.objects.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(seconds=1))
    assert kind_of(api.get("me")) == "unauthenticated"


def test_a_revoked_token_is_over_at_once(api: Api) -> None:
    token = AccessToken.objects.get()
    assert revoke_token(token)
    assert not revoke_token(token)
    assert kind_of(api.get("me")) == "unauthenticated"


def test_a_closed_account_has_no_tokens(api: Api, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert kind_of(api.get("me")) == "unauthenticated"


def test_a_suspended_owner_has_none_while_it_lasts(api: Api, owner: User) -> None:
    suspend = {"flow": flows.flow_of(owner), "author": "test", "reason": "a test"}
    set_flow_policy(changes={"suspended": True}, **suspend)
    assert kind_of(api.get("documents")) == "suspended"
    assert kind_of(api.post("documents", {"text": TEXT})) == "suspended"
    set_flow_policy(changes={"suspended": False}, **suspend)
    assert api.get("documents").status_code == 200


def test_reading_is_not_writing(owner: User) -> None:
    document = reading.a_split_document(owner)
    reader = Api.of(owner, "read")
    assert reader.get(f"documents/{document.pk}").status_code == 200
    for answer in (
        reader.post("documents", {"text": TEXT}),
        reader.upload("documents/file", "bees.txt", TEXT.encode()),
        reader.delete(f"documents/{document.pk}"),
        reader.post(f"documents/{document.pk}/cancel"),
    ):
        assert kind_of(answer) == "insufficient-scope"
        assert 'scope="write"' in answer["WWW-Authenticate"]
    assert Document.objects.count() == 1


def test_writing_alone_reads_nothing(owner: User) -> None:
    assert kind_of(Api.of(owner, "write").get("documents")) == "insufficient-scope"


def test_two_tokens_share_one_limit(owner: User, settings: object) -> None:
    first, second = Api.of(owner), Api.of(owner)
    left = [int(each.get("me")["RateLimit"].partition("r=")[2].partition(";")[0]) for each in (first, second)]
    assert left[1] < left[0]


def test_its_last_use_is_kept_to_the_minute(api: Api) -> None:
    api.get("me")
    used = AccessToken.objects.get().last_used_at
    assert used is not None
    api.get("me")
    assert AccessToken.objects.get().last_used_at == used
    AccessToken.objects.update(last_used_at=used - timedelta(minutes=2))
    api.get("me")
    assert (AccessToken.objects.get().last_used_at or used) > used - timedelta(minutes=2)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_nonsense_makes_no_token(owner: User, wrong: dict[str, object], field: str) -> None:
    asked = {"name": "a", "scopes": ["read"], "days": 1, **wrong}
    with pytest.raises(Refused) as refusal:
        make_token(owner=owner, **asked)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_one_person_has_only_so_many(owner: User) -> None:
    for _ in range(access_tokens.MOST):
        make_token(owner=owner, name="a", scopes=["read"], days=1)
    with pytest.raises(Refused):
        make_token(owner=owner, name="a", scopes=["read"], days=1)
    revoke_token(AccessToken.objects.filter(owner=owner)[0])
    make_token(owner=owner, name="a", scopes=["read"], days=1)


# Sessions ---------------------------------------------------------------------------------------


def test_a_page_of_ours_may_call_with_its_session(owner: User) -> None:
    answer = signed_in(owner).get(ROOT + "me")
    assert (answer.json()["email"], answer.json()["token"]) == (owner.email, None)


def test_what_changes_anything_needs_the_pages_token(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    document = reading.a_split_document(owner)
    path = f"{ROOT}documents/{document.pk}/cancel"
    assert kind_of(client.post(path)) == "csrf"
    client.get("/account/")
    token = client.cookies["csrftoken"].value
    assert client.post(path, headers={"X-CSRFToken": token}).status_code == 200


def test_a_stranger_is_asked_who_they_are() -> None:
    client = Client(enforce_csrf_checks=True)
    assert kind_of(client.get(ROOT + "me")) == "unauthenticated"
    assert (
        kind_of(client.post(ROOT + "documents", "{}", content_type="application/json")) == "unauthenticated"
    )


# The page -----------------------------------------------------------------------------------------


@pytest.fixture
def person(owner: User) -> Client:
    """Signed in a moment ago, as the page asks for it."""
    from django.conf import settings

    from tests.e2e.sessions import session_of

    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(owner)
    return client


def test_a_token_is_made_on_ones_page_and_its_value_shown_once(person: Client) -> None:
    made = person.post(reverse("tokens"), MAKE)
    value = made.context["value"]
    assert value in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert value not in person.get(reverse("tokens")).content.decode()
    assert Api(value).get("me").status_code == 200


def test_it_is_revoked_there(person: Client, owner: User) -> None:
    person.post(reverse("tokens"), MAKE)
    token = AccessToken.objects.get(owner=owner)
    person.post(reverse("token-revoke", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "revoked" in person.get(reverse("tokens")).content.decode()


def test_nobody_revokes_anothers(outsider: User, api: Api) -> None:
    token = AccessToken.objects.get()
    assert signed_in(outsider).post(reverse("token-revoke", args=[token.pk])).status_code == 404
    assert api.get("me").status_code == 200


def test_a_password_is_asked_for_before_a_token_is_made(owner: User) -> None:
    answer = signed_in(owner).post(reverse("tokens"), MAKE)
    assert answer.status_code == 302
    assert "/account/confirm/" in answer["Location"]
    assert not AccessToken.objects.exists()


def test_students_are_not_offered_the_upstreams(person: Client) -> None:
    answer = person.post(reverse("tokens"), {**MAKE, "scopes": ["operate"]})
    assert answer.status_code == 422
