"""Opening an account alone: where it is allowed, and how its address is proved."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from feedback.models import User
from tests.integration.accounts.conftest import link_in

pytestmark = pytest.mark.django_db

Settings = Any
NEW = {"name": "Nora New", "email": "nora@uni.example", "password1": "a quiet river"}


@pytest.fixture
def open_to_uni(settings: Settings) -> None:
    settings.SIGNUP_DOMAINS = ["uni.example", "*.lab.example"]


def test_without_domains_it_is_closed(client: Client) -> None:
    assert "by invitation" in client.get("/sign-up/").content.decode()
    assert "by invitation" in client.post("/sign-up/", NEW).content.decode()
    assert not User.objects.exists()
    assert "Open one" not in client.get("/sign-in/").content.decode()


def test_an_address_of_the_domain_gets_in_once_it_is_confirmed(client: Client, open_to_uni: None) -> None:
    assert client.post("/sign-up/", NEW)["Location"] == "/sign-up/confirm/"
    assert client.get("/").status_code == 302
    (sent,) = mail.outbox
    assert sent.to == ["nora@uni.example"]
    page = client.get(link_in(sent))
    assert "nora@uni.example" in page.content.decode()
    client.post(link_in(sent))
    client.post("/sign-in/", {"login": NEW["email"], "password": NEW["password1"]})
    assert client.get("/").status_code == 200
    assert (User.objects.get().name, User.objects.get().role) == ("Nora New", "student")


@pytest.mark.parametrize("email", ["nora@example.org", "nora@sub.uni.example", "nora@lab.example"])
def test_another_domain_is_refused_at_the_field(client: Client, open_to_uni: None, email: str) -> None:
    answer = client.post("/sign-up/", {**NEW, "email": email})
    assert "Accounts are opened with an address of uni.example, *.lab.example." in answer.content.decode()
    assert not User.objects.exists()


def test_a_star_stands_for_what_is_below_a_domain(client: Client, open_to_uni: None) -> None:
    assert client.post("/sign-up/", {**NEW, "email": "n@wet.lab.example"}).status_code == 302


def test_the_answer_does_not_disclose_that_an_account_exists(client: Client, open_to_uni: None) -> None:
    User.objects.create_user("nora@uni.example", "another password")
    assert client.post("/sign-up/", NEW)["Location"] == "/sign-up/confirm/"
    assert User.objects.count() == 1
    assert "/password/" in str(mail.outbox[0].body), "the owner of the address is told, by mail"


def test_a_password_that_anybody_guesses_is_refused_at_its_field(client: Client, open_to_uni: None) -> None:
    answer = client.post("/sign-up/", {**NEW, "password1": "password"})
    assert "too common" in answer.content.decode()
    assert not User.objects.exists()


def test_a_mail_server_that_is_away_is_explained_and_is_no_error(
    client: Client, open_to_uni: None, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = client.post("/sign-up/", NEW, follow=True)
    assert answer.status_code == 200
    assert "could not be sent" in answer.content.decode()


def test_asking_for_mails_to_one_address_is_limited(client: Client, open_to_uni: None) -> None:
    answers = [client.post("/password/", {"email": "nora@uni.example"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert client.post("/password/", {"email": "other@uni.example"}).status_code == 302
