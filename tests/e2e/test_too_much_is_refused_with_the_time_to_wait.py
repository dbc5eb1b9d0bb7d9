"""Guessing, or asking too often, is refused in words, with the time to wait; nothing typed is lost."""

from __future__ import annotations

import re

import pytest
import redis
from django.conf import settings
from playwright.sync_api import Page, Response, expect

from feedback.models import Document, Draft, User
from limiter import limit
from limiter.configuration.publication import reconcile_configuration
from tests.e2e.sessions import fill_in
from tests.e2e.site import Site
from tests.factories.drafts import ESSAY
from tests.factories.people import PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

TOO_MANY = 429
SIGN_INS = 30  # tried for one account in a minute, wherever they come from
BURST = 60  # texts handed in at once, by the site's own limit
WAIT = re.compile(r"go back in \d+ (second|minute)s? and try again")


@pytest.fixture(autouse=True)
def configured(transactional_db: None, redis_client: redis.Redis) -> None:
    reconcile_configuration()


def answered(page: Page, button: str) -> Response:
    """What the click on it was answered with."""
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.get_by_role("button", name=button, exact=True).click()
    return answer.value


def try_password(page: Page, site: Site, person: User, password: str) -> Response:
    page.goto(site / "sign-in/")
    fill_in(page, person.email, password)
    return answered(page, "Sign in")


def test_guessing_passwords_locks_out_and_the_right_one_is_refused_too(
    page: Page, site: Site, owner: User, outsider: User
) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert try_password(page, site, owner, "a guess").status == 200
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    for password in ("the last guess", PASSWORD):
        refused = try_password(page, site, owner, password)
        assert refused.status == TOO_MANY
        assert refused.headers["retry-after"] == str(15 * 60)
        expect(page.get_by_text("Too many passwords were wrong")).to_be_visible()
        expect(page.locator("main")).to_contain_text("closed to you for 15 minutes")
    page.goto(site / "")
    expect(page).to_have_url(re.compile("/sign-in/"))

    try_password(page, site, outsider, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")


def test_too_many_sign_ins_for_one_account_are_refused_with_the_time_to_wait(
    page: Page, site: Site, owner: User, redis_client: redis.Redis
) -> None:
    page.goto(site / "sign-in/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    for _ in range(SIGN_INS):  # without a password: django-axes counts none of these
        tried = page.request.post(
            site / "sign-in/", form={"csrfmiddlewaretoken": token, "login": owner.email}
        )
        assert tried.status == 200
    refused = try_password(page, site, owner, PASSWORD)
    assert refused.status == TOO_MANY
    assert 0 < int(refused.headers["retry-after"]) <= 60
    expect(page.get_by_role("heading", level=1)).to_have_text("A little slower, please")
    expect(page.locator("main")).to_contain_text(WAIT)

    redis_client.flushdb()  # the wait is over
    assert try_password(page, site, owner, PASSWORD).status == 302
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")


def test_too_many_mails_are_refused_with_the_time_to_wait(page: Page, site: Site, owner: User) -> None:
    for _ in range(5):
        page.goto(site / "password/")
        page.locator("[name=email]").fill(owner.email)
        assert answered(page, "Send me the link").status == 302
    page.goto(site / "password/")
    page.locator("[name=email]").fill(owner.email)
    refused = answered(page, "Send me the link")
    assert refused.status == TOO_MANY
    assert 0 < int(refused.headers["retry-after"]) <= 60 * 60
    expect(page.get_by_role("heading", level=1)).to_have_text("A little slower, please")
    expect(page.locator("main")).to_contain_text(WAIT)


def test_a_text_that_was_refused_as_too_many_came_is_handed_in_later(
    reader: Page, site: Site, owner: User, redis_client: redis.Redis
) -> None:
    reader.goto(site / "submit/")
    reader.get_by_role("textbox", name="Your text").fill(ESSAY)
    expect(reader.locator("[data-keeping-status]")).to_have_text(re.compile(r"Saved at \d"))
    limit("submit", key=f"user:{owner.pk}").charge(BURST + 20)  # which takes 40 seconds to come back

    refused = answered(reader, "Hand in")
    assert refused.status == TOO_MANY
    assert int(refused.headers["retry-after"]) > 0
    expect(reader.get_by_role("heading", level=1)).to_have_text("A little slower, please")
    expect(reader.locator("main")).to_contain_text(WAIT)
    assert not Document.objects.exists()
    assert Draft.objects.get().text == ESSAY

    redis_client.flushdb()  # the wait is over
    reconcile_configuration()
    reader.go_back()
    expect(reader.get_by_role("textbox", name="Your text")).to_have_value(ESSAY)
    reader.get_by_role("button", name="Hand in", exact=True).click()
    expect(reader).to_have_url(re.compile("/documents/"))
    assert bytes(Document.objects.get().upload.data).decode() == ESSAY
