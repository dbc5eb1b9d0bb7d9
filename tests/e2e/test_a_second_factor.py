"""A second factor: set up from its page, asked for at signing in, replaced by a recovery code."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from feedback.models import User
from tests.e2e.sessions import give_password
from tests.e2e.site import Site
from tests.factories.people import PASSWORD
from tests.running import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def protected(reader: Page, site: Site, owner: User) -> tuple[str, list[str]]:
    """The secret that the owner's app has, and the recovery codes; all sessions have ended."""
    reader.goto(site / "account/")
    reader.locator("li", has_text="Second factor").get_by_role("link").click()
    reader.get_by_role("link", name="Set it up").click()
    secret = reader.get_by_label("Secret").input_value()
    used = code_of(secret)
    reader.locator("[name=code]").fill(used)
    reader.get_by_role("button", name="Switch it on").click()
    expect(reader.get_by_role("heading", level=1)).not_to_have_text("Set up your app")
    reader.goto(site / "account/second-factor/codes/")
    expect(reader.locator(".codes code").first).to_be_visible()
    codes = reader.locator(".codes code").all_inner_texts()
    reader.goto(site / "account/second-factor/")
    expect(reader.locator(".card", has_text="Authenticator app").locator(".badge")).to_have_text("on")
    reader.context.clear_cookies()
    wait_until(lambda: code_of(secret) != used, "the app shows another code: each opens once")
    return secret, codes


def code_of(secret: str) -> str:
    """What an app shows now."""
    step = int(time.time()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(secret, step)))


def come_to_the_second(page: Page, site: Site, person: User) -> None:
    page.goto(site / "sign-in/")
    give_password(page, person.email, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second factor")


def give_code(page: Page, code: str) -> None:
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name="Sign in").click()


def expect_inside(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")


def test_the_apps_code_opens_and_a_wrong_one_does_not(
    reader: Page, site: Site, owner: User, protected: tuple[str, list[str]]
) -> None:
    secret, _ = protected
    come_to_the_second(reader, site, owner)
    give_code(reader, "000000")
    expect(reader.locator(".errorlist")).to_contain_text("Incorrect code")
    reader.goto(site / "")
    expect(reader).to_have_url(re.compile("/sign-in/"))  # the password alone opened nothing

    reader.context.clear_cookies()
    come_to_the_second(reader, site, owner)
    give_code(reader, code_of(secret))
    expect_inside(reader)


def test_a_recovery_code_opens_once(
    reader: Page, site: Site, owner: User, protected: tuple[str, list[str]]
) -> None:
    _, codes = protected
    come_to_the_second(reader, site, owner)
    give_code(reader, codes[0])
    expect_inside(reader)
    reader.goto(site / "account/second-factor/")
    expect(reader.get_by_text(f"{len(codes) - 1} codes are left.")).to_be_visible()

    reader.context.clear_cookies()
    come_to_the_second(reader, site, owner)
    give_code(reader, codes[0])
    expect(reader.locator(".errorlist")).to_contain_text("Incorrect code")
