"""A browser, and the portal as real processes on this test's own database and Redis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from feedback.models import User
from feedback.simulator.hosting import SimulatorProcess
from tests.e2e.site import Site
from tests.people import assignment, classmate, operator, outsider, owner, teacher
from tests.running import Running, processes

if TYPE_CHECKING:
    import redis
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]

# Playwright's sync API keeps an event loop in this thread, and Django would refuse its rows to it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium: `make system` installs it."""
    assert CHROMIUM.exists(), "Chromium is missing: run `make system`"
    return {"executable_path": str(CHROMIUM), "args": FLAGS, "headless": True}


@pytest.fixture(scope="session")
def base_url() -> str:
    """In place of pytest-base-url's own, which warns under this pytest: each test has its own site."""
    return ""


@pytest.fixture
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as simulator:
        yield simulator


@pytest.fixture
def environment(child_environment: dict[str, str], redis_client: redis.Redis) -> dict[str, str]:
    return {**child_environment, "DJANGO_SETTINGS_MODULE": "tests.e2e.settings"}


@pytest.fixture
def site(environment: dict[str, str], tmp_path: Path) -> Iterator[Site]:
    """The web server alone: for pages of rows that a test made."""
    with Site(environment, tmp_path / "web.log") as site:
        yield site


@pytest.fixture
def running(environment: dict[str, str], simulator: SimulatorProcess, tmp_path: Path) -> Iterator[Running]:
    """Everything else of the system, as a test starts it."""
    with processes({**environment, "SIMULATOR_URL": simulator.url}, tmp_path / "running.log") as started:
        yield started


def sign_in(context: BrowserContext, site: Site, user: User) -> None:
    """A session as signing in makes it, without the form."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": site.url}]
    )


@pytest.fixture
def reader(page: Page, site: Site, owner: User) -> Page:
    """The owner's browser, signed in. Fails a test in which a page broke a rule of its own policy."""
    sign_in(page.context, site, owner)
    return page


@pytest.fixture(autouse=True)
def quiet_console(page: Page, site: Site) -> Iterator[None]:
    """No page may log an error: a refused style or script would. Asked while the site still answers."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # A refused request, like the 404 that a test asks for, is logged too and is no fault of the page.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield
    assert complaints == []


@pytest.fixture
def phone(browser: Browser, site: Site, owner: User) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=site.url)
    sign_in(context, site, owner)
    yield context.new_page()
    context.close()
