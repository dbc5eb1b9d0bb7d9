"""Where one is signed in, and ending it everywhere else."""

from __future__ import annotations

import pytest
from django.test import Client

from feedback.models import User
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
)


def at(user: User, browser: str, address: str) -> Client:
    client = Client(headers={"user-agent": browser}, REMOTE_ADDR=address)
    client.post("/sign-in/", {"login": user.email, "password": PASSWORD})
    return client


def test_the_list_tells_browsers_and_addresses(owner: User) -> None:
    at(owner, SAFARI, "10.0.0.9")
    page = at(owner, FIREFOX, "10.0.0.8").get("/account/sessions/").content.decode()
    for words in ("Firefox on Linux", "Safari on iPhone", "10.0.0.9", "this browser"):
        assert words in page


def test_signing_out_everywhere_else_leaves_this_one(owner: User, outsider: User) -> None:
    there, here, stranger = (
        at(owner, SAFARI, "10.0.0.9"),
        at(owner, FIREFOX, "10.0.0.8"),
        at(outsider, FIREFOX, "10.0.0.7"),
    )
    assert here.post("/account/sessions/").status_code == 302
    assert [each.get("/").status_code for each in (there, here, stranger)] == [302, 200, 200]


def test_a_person_sees_no_sessions_of_others(owner: User, outsider: User) -> None:
    at(owner, SAFARI, "10.0.0.9")
    assert "10.0.0.9" not in at(outsider, FIREFOX, "10.0.0.8").get("/account/sessions/").content.decode()


def test_only_our_own_proxies_are_believed(owner: User) -> None:
    client = Client(headers={"x-forwarded-for": "6.6.6.6"}, REMOTE_ADDR="10.0.0.8")
    client.post("/sign-in/", {"login": owner.email, "password": PASSWORD})
    assert "6.6.6.6" not in client.get("/account/sessions/").content.decode()
