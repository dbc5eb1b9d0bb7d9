"""A browser, and the portal as real processes on this test's own database and Redis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import User
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site, Sites
from tests.people import assignment, classmate, operator, outsider, owner, teacher
from tests.running import PATIENCE, Running, processes

if TYPE_CHECKING:
    import redis
    from playwright.sync_api import Browser, ConsoleMessage, Page

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]

# Playwright's sync API keeps an event loop in this thread, and Django would refuse its rows to it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


# How a browser, and htmx, log a request that was refused or got no answer: tests ask for such, and it is
# no fault of a page.
UNANSWERED = ("Failed to load resource", "Response Status Error Code", "htmx:afterRequest", "htmx:sendError")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium: `make system` installs it."""
    assert CHROMIUM.exists(), "Chromium is missing: run `make system`"
    return {"executable_path": str(CHROMIUM), "args": FLAGS, "headless": True}


@pytest.fixture(scope="session", autouse=True)
def patient_expectations() -> None:
    """Playwright gives up after 5 s, which a busy machine takes for a page."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def base_url() -> str:
    """In place of pytest-base-url's own, which warns under this pytest: each test has its own site."""
    return ""


@pytest.fixture
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as simulator:
        yield simulator


@pytest.fixture
def own_upstream() -> str:
    """Where a person's own documents go; some tests send them to the simulator."""
    return "offline"


@pytest.fixture
def environment(
    child_environment: dict[str, str], redis_client: redis.Redis, own_upstream: str
) -> dict[str, str]:
    ours = {"DJANGO_SETTINGS_MODULE": "tests.e2e.settings", "FEEDBACK_UPSTREAM": own_upstream}
    return {**child_environment, **ours}


@pytest.fixture(scope="session")
def sites(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Web servers that tests share. They end before the database that they are connected to."""
    with Sites(tmp_path_factory.mktemp("sites")) as sites:
        yield sites


@pytest.fixture
def site(environment: dict[str, str], sites: Sites) -> Site:
    """The web server alone: for pages of rows that a test made."""
    return sites.serving(environment)


@pytest.fixture
def running(environment: dict[str, str], simulator: SimulatorProcess, tmp_path: Path) -> Iterator[Running]:
    """Everything else of the system, as a test starts it."""
    with processes({**environment, "SIMULATOR_URL": simulator.url}, tmp_path / "running.log") as started:
        yield started


@pytest.fixture
def reader(page: Page, site: Site, owner: User) -> Page:
    """The owner's browser, signed in. Fails a test in which a page broke a rule of its own policy."""
    sign_in(page.context, site, owner)
    return page


@pytest.fixture
def desk(page: Page, site: Site, operator: User) -> Page:
    """The operator's browser, signed in."""
    sign_in(page.context, site, operator)
    return page


@pytest.fixture(autouse=True)
def quiet_console(page: Page, site: Site) -> Iterator[None]:
    """No page may log an error: a refused style or script would. Asked while the site still answers."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(UNANSWERED):
            complaints.append(message.text)

    page.context.set_default_timeout(PATIENCE * 1000)
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
