"""Signing in through a university's identity provider, with a browser that is sent there and back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import redis
from allauth.socialaccount.models import SocialAccount
from playwright.sync_api import Page, expect

from feedback.models import User
from tests.e2e.sessions import give_password
from tests.e2e.site import Site
from tests.factories import people
from tests.factories.people import PASSWORD
from tests.identity import CLIENT, SECRET, IdentityProvider, identity_provider

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

FRESH = "Bumblebee hill 77"
NORA = {"sub": "42", "email": "nora@uni.example", "email_verified": True, "name": "Nora New"}


@pytest.fixture(scope="module")
def running_university() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture
def university(running_university: IdentityProvider) -> IdentityProvider:
    running_university.person, running_university.refuses = dict(NORA), False
    return running_university


@pytest.fixture
def environment(
    child_environment: dict[str, str], redis_client: redis.Redis, running_university: IdentityProvider
) -> dict[str, str]:
    return {
        **child_environment, "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
        "OIDC_ISSUER": running_university.url, "OIDC_NAME": "Uni Example", "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET, "OIDC_DOMAINS": "uni.example",
    }  # fmt: skip


def go_through(page: Page, site: Site) -> None:
    page.goto(site / "sign-in/")
    page.get_by_role("link", name="Sign in with Uni Example").click()


def test_the_first_time_makes_an_account_and_the_second_finds_it(
    page: Page, site: Site, university: IdentityProvider
) -> None:
    for _ in range(2):
        go_through(page, site)
        expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")
        page.context.clear_cookies()
    assert list(User.objects.values_list("name", "email")) == [("Nora New", "nora@uni.example")]


def test_a_refusal_at_the_university_is_explained_and_makes_no_account(
    page: Page, site: Site, university: IdentityProvider
) -> None:
    university.refuses = True
    go_through(page, site)
    expect(page).to_have_url(re.compile("/identity/cancelled/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(site / "")
    expect(page).to_have_url(re.compile("/sign-in/"))
    assert not User.objects.exists()


def test_an_address_of_elsewhere_is_turned_back_with_words(
    page: Page, site: Site, university: IdentityProvider
) -> None:
    university.person["email"] = "nora@elsewhere.example"
    go_through(page, site)
    expect(page.locator("main")).to_contain_text("This address is not of this site")
    expect(page.locator("main")).to_contain_text("Accounts here are for addresses of uni.example.")
    assert not User.objects.exists()


# Disconnecting --------------------------------------------------------------------------------


def disconnect(page: Page, site: Site) -> None:
    page.goto(site / "account/")
    page.locator("li", has_text="Uni Example").get_by_role("link").click()
    page.get_by_role("radio", name=re.compile("Uni Example")).check()
    page.get_by_role("button", name="Disconnect").click()


def expect_documents(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")


def test_a_person_with_a_password_disconnects_and_signs_in_with_it(
    page: Page, site: Site, university: IdentityProvider
) -> None:
    people.student(email="nora@uni.example")
    go_through(page, site)
    expect_documents(page)
    disconnect(page, site)
    say_once_more(page, PASSWORD)
    expect(page.get_by_text("None is connected with your account.")).to_be_visible()
    assert not SocialAccount.objects.exists()

    page.context.clear_cookies()
    sign_in_with(page, site, PASSWORD)


def test_a_person_without_a_password_must_choose_one_first(
    page: Page, site: Site, university: IdentityProvider
) -> None:
    go_through(page, site)
    expect_documents(page)
    disconnect(page, site)
    expect(page.get_by_role("alert")).to_contain_text("no password")
    assert SocialAccount.objects.count() == 1

    page.goto(site / "account/")
    page.locator("li", has_text="none yet").get_by_role("link", name="Choose one").click()
    for field in page.locator("input[type=password]").all():
        field.fill(FRESH)
    page.locator("main").get_by_role("button").first.click()
    expect(page.locator("li", has_text="none yet")).to_have_count(0)

    disconnect(page, site)
    say_once_more(page, FRESH)
    expect(page.get_by_text("None is connected with your account.")).to_be_visible()
    page.context.clear_cookies()
    sign_in_with(page, site, FRESH)


def say_once_more(page: Page, password: str) -> None:
    """The university has confirmed the identity, and not that the same person still sits there."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Go on").click()


def sign_in_with(page: Page, site: Site, password: str) -> None:
    page.goto(site / "sign-in/")
    give_password(page, "nora@uni.example", password)
    expect_documents(page)
