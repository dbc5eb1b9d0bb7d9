"""Name, language, time zone and look: chosen in the profile, and used by every page."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from feedback.models import User
from tests.factories.work import a_document
from tests.people import signed_in

pytestmark = pytest.mark.django_db

CHOSEN = {"name": "Olive", "language": "de", "time_zone": "Asia/Kolkata", "theme": "dark"}


def test_what_is_chosen_is_kept(owner: User) -> None:
    signed_in(owner).post("/account/", CHOSEN)
    assert User.objects.filter(pk=owner.pk, **CHOSEN).exists()


def test_pages_are_in_the_chosen_language_whatever_the_browser_asks_for(owner: User) -> None:
    client = signed_in(owner)
    client.post("/account/", CHOSEN)
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="de" data-theme="dark">' in page


def test_without_a_choice_the_browsers_language_counts(owner: User) -> None:
    german = signed_in(owner).get("/", headers={"accept-language": "de-AT,de;q=0.9"}).content.decode()
    french = signed_in(owner).get("/", headers={"accept-language": "fr"}).content.decode()
    assert '<html lang="de">' in german
    assert '<html lang="en">' in french, "the site's own, where there is no other"


def test_times_are_shown_in_the_chosen_zone(owner: User) -> None:
    document = a_document(owner, title="Bees")
    client = signed_in(owner)
    assert f"{document.created_at:%H:%M}" in client.get("/").content.decode()
    client.post("/account/", {**CHOSEN, "language": "en"})
    page = client.get("/").content.decode()
    assert "+05:30" in page


def test_one_persons_choice_changes_no_other_persons(owner: User, outsider: User) -> None:
    signed_in(owner).post("/account/", CHOSEN)
    signed_in(owner).get("/")
    page = signed_in(outsider).get("/").content.decode()
    assert '<html lang="en">' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "tlh"),
        ("time_zone", "Mars/Olympus"),
        ("theme", "pink"),
        ("name", ""),
        ("name", "x" * 151),
    ],
)
def test_what_there_is_not_is_refused_at_its_field(owner: User, field: str, value: str) -> None:
    answer = signed_in(owner).post("/account/", {**CHOSEN, field: value})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert User.objects.get(pk=owner.pk).theme == "system"


def test_the_database_knows_the_looks_there_are(owner: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=owner.pk).update(theme="pink")


def test_a_stranger_has_no_profile(client: Client) -> None:
    assert client.get("/account/")["Location"] == "/sign-in/?next=/account/"


def test_a_strangers_choice_of_language_lasts(client: Client) -> None:
    client.post("/language/", {"language": "de", "next": "/sign-in/"})
    assert '<html lang="de">' in client.get("/sign-in/").content.decode()
