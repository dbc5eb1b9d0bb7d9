"""Signing in by e-mail address: what is accepted, what is refused, and what guessing leads to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from feedback.development import demo
from feedback.models import User
from tests.factories.people import PASSWORD, student
from tests.people import signed_in

pytestmark = pytest.mark.django_db

Settings = Any


def attempt(client: Client, email: str, password: str = PASSWORD, address: str = "10.0.0.1") -> Any:
    return client.post("/sign-in/", {"login": email, "password": password}, REMOTE_ADDR=address)


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_the_address_may_be_written_in_any_case(client: Client, owner: User) -> None:
    assert attempt(client, owner.email.upper()).status_code == 302
    assert is_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: Client, owner: User) -> None:
    known = attempt(client, owner.email, "wrong")
    unknown = attempt(client, "nobody@example.org", "wrong")
    words = "This e-mail address and this password do not belong together."
    assert words in known.content.decode()
    assert words in unknown.content.decode()
    assert not is_in(client)


def test_one_comes_back_to_the_page_that_was_asked_for(client: Client, owner: User) -> None:
    asked = client.get("/submit/")
    answer = client.post(asked["Location"], {"login": owner.email, "password": PASSWORD, "next": "/submit/"})
    assert answer["Location"] == "/submit/"


def test_signing_in_never_leads_to_another_site(client: Client, owner: User) -> None:
    form = {"login": owner.email, "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/sign-in/", form)["Location"] == "/"


def test_an_account_that_an_operator_made_has_nothing_to_confirm(client: Client, owner: User) -> None:
    assert not EmailAddress.objects.filter(user=owner).exists()
    attempt(client, owner.email)
    assert is_in(client)
    assert EmailAddress.objects.get(user=owner).verified


def test_an_address_that_was_not_confirmed_does_not_get_in(client: Client, owner: User) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)
    answer = attempt(client, owner.email)
    assert answer["Location"] == "/sign-up/confirm/"
    assert not is_in(client)


def test_a_closed_account_is_refused_as_closed(client: Client) -> None:
    gone = student(is_active=False)
    answer = client.post("/sign-in/", {"login": gone.email, "password": PASSWORD}, follow=True)
    assert "This account is closed" in answer.content.decode()
    assert not is_in(client)


def test_the_accounts_of_the_demo_get_in(client: Client) -> None:
    demo.load()
    for person in demo.PEOPLE:
        each = Client()
        assert attempt(each, person.email, demo.PASSWORD).status_code == 302
        assert is_in(each)


def test_the_admin_sends_to_the_portals_sign_in(client: Client, operator: User, owner: User) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/?next=%2Fadmin%2F"
    assert signed_in(operator).get("/admin/").status_code == 200
    assert signed_in(owner).get("/admin/login/").status_code == 403


def test_signing_out_needs_a_form(owner: User) -> None:
    client = signed_in(owner)
    client.get("/sign-out/")
    assert is_in(client)
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not is_in(client)


@pytest.fixture
def locked(client: Client, owner: User, settings: Settings) -> Client:
    """The owner's account was guessed at from 10.0.0.1 for so long that it is closed there."""
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(3):
        last = attempt(client, owner.email, "wrong")
    assert last.status_code == 429
    return client


def test_a_guesser_is_locked_out_even_with_the_right_password(locked: Client, owner: User) -> None:
    answer = attempt(locked, owner.email)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "15 minutes" in answer.content.decode()
    assert not is_in(locked)


def test_a_lock_out_shuts_out_no_other_person(locked: Client, owner: User, outsider: User) -> None:
    assert attempt(Client(), outsider.email).status_code == 302, "another account, from the same address"
    assert attempt(Client(), owner.email, address="10.0.0.2").status_code == 302, "the owner, from elsewhere"


def test_a_lock_out_ends(locked: Client, owner: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert attempt(locked, owner.email).status_code == 302


def test_a_right_password_in_time_starts_the_count_anew(
    client: Client, owner: User, settings: Settings
) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(3):
        attempt(client, owner.email, "wrong")
        attempt(client, owner.email, "wrong")
        assert attempt(client, owner.email).status_code == 302
        client.post("/sign-out/")


def test_what_is_kept_of_a_guess_holds_neither_password_nor_name(client: Client, owner: User) -> None:
    from axes.models import AccessAttempt

    attempt(client, owner.email, "a secret guess")
    kept = AccessAttempt.objects.get()
    assert "a secret guess" not in kept.post_data
    assert owner.email not in kept.post_data
