"""A password that was forgotten: from the link on the sign-in page, by mail, to signing in with a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import redis
from playwright.sync_api import Page, expect

from feedback.models import User
from tests.e2e.sessions import give_password
from tests.e2e.site import Site
from tests.factories.people import PASSWORD
from tests.mail_server import Mailbox, listening
from tests.running import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

FRESH = "Bumblebee hill 77"


@pytest.fixture(scope="module")
def post_office() -> Iterator[tuple[Mailbox, str]]:
    """One for the module's one site, and its address."""
    mailbox = Mailbox()
    with listening(mailbox) as server:
        yield mailbox, f"smtp://{server.hostname}:{server.port}"


@pytest.fixture
def mailbox(post_office: tuple[Mailbox, str]) -> Mailbox:
    post_office[0].mails.clear()
    return post_office[0]


@pytest.fixture
def environment(
    child_environment: dict[str, str], redis_client: redis.Redis, post_office: tuple[Mailbox, str]
) -> dict[str, str]:
    ours = {"DJANGO_SETTINGS_MODULE": "tests.e2e.settings", "EMAIL_URL": post_office[1]}
    return {**child_environment, **ours}


def ask_for_a_link(page: Page, site: Site, address: str) -> None:
    page.goto(site / "sign-in/")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look at your e-mail")


def link_for(mailbox: Mailbox, address: str) -> str:
    """The one link of the one mail that has come, with no other recipient."""
    wait_until(lambda: bool(mailbox.mails), "the mail has come")
    [(to, mail)] = mailbox.mails
    assert to == [address]
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    [link] = re.findall(r"https?://\S+", text.decode())
    return str(link)


def choose(page: Page, password: str, again: str) -> None:
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password, once more").fill(again)
    page.get_by_role("button", name="Change the password").click()


def test_a_link_by_mail_leads_to_a_new_password_and_in(
    page: Page, site: Site, owner: User, mailbox: Mailbox
) -> None:
    ask_for_a_link(page, site, owner.email)
    link = link_for(mailbox, owner.email)
    page.goto(link)
    choose(page, FRESH, "Bumblebee hill 78")
    expect(page.locator(".field-wrong")).to_contain_text("same password each time")
    choose(page, FRESH, FRESH)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your password is changed")

    page.get_by_role("link", name="Sign in").click()
    give_password(page, owner.email, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    give_password(page, owner.email, FRESH)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")

    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    page.get_by_role("link", name="Ask for a new one").click()
    expect(page).to_have_url(site / "password/")


def test_an_address_without_an_account_reads_the_same_and_gets_no_mail(
    page: Page, site: Site, owner: User, mailbox: Mailbox
) -> None:
    ask_for_a_link(page, site, "nobody@example.org")
    ask_for_a_link(page, site, owner.email)
    assert link_for(mailbox, owner.email)
