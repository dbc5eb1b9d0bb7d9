"""From handing in to reading, in a browser, with a real worker: nothing here is reloaded by hand."""

from __future__ import annotations

import re

import pytest
import redis
from playwright.sync_api import Page, expect

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, User
from feedback.services.intake import documents
from limiter.configuration.publication import reconcile_configuration
from tests.e2e.site import Site
from tests.factories.work import a_simulated_upstream
from tests.running import PATIENCE, ROOT, Running

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WITHIN = PATIENCE * 1000  # milliseconds
ESSAY = (ROOT / "examples" / "sources" / "essay.md").read_text()
STAGES = ("parse", "split")


@pytest.fixture(autouse=True)
def two_sections_at_once(transactional_db: None, redis_client: redis.Redis) -> None:
    """Beside the upstreams that every database starts with, of which an empty Redis must hear again."""
    a_simulated_upstream(requests_per_minute=600, burst=50, max_in_flight=2)
    reconcile_configuration()


def test_a_pasted_text_comes_back_with_notes_in_its_margin(
    reader: Page, site: Site, running: Running
) -> None:
    running.worker(*STAGES, "offline")
    reader.goto(site / "submit/")
    reader.get_by_role("textbox", name="Your text").fill(ESSAY)
    expect(reader.locator("[data-word-count]")).to_have_text(re.compile(r"^[\d,]+ words$"))
    reader.get_by_role("button", name="Hand in").click()

    expect(reader.get_by_role("heading", level=1)).to_contain_text("Who Is the Night Bus For?")
    expect(reader.locator("#progress")).to_contain_text("Complete", timeout=WITHIN)
    expect(reader.locator("#summary .label")).to_have_text("Automatic")
    expect(reader.locator(".note").first).to_be_visible()
    expect(reader.locator(".mark").first).to_be_visible()
    expect(reader.locator("#announcer")).to_have_text("Complete")


def test_words_appear_while_the_model_writes(
    reader: Page, site: Site, running: Running, simulator: SimulatorProcess, owner: User
) -> None:
    simulator.change(latency={"total": {"low": 3.0, "high": 4.0}})
    document = hand_in(owner)
    reader.goto(site / f"documents/{document.pk}/")
    running.worker(*STAGES, "simulated")

    written = reader.locator(".section [data-written]:not([hidden]) [data-part='summary']").first
    expect(written).not_to_be_empty(timeout=WITHIN)
    assert not set("{}[]") & set(reader.locator("[data-written]").first.inner_text()), "prose, not JSON"
    expect(reader.get_by_role("progressbar")).to_be_visible()
    expect(reader.locator("#progress")).to_contain_text("Complete", timeout=WITHIN)
    expect(reader.locator("#summary .label")).to_have_text("Simulated")
    expect(reader.locator("[data-written]")).to_have_count(0)


def test_a_running_document_is_cancelled_from_its_page(
    reader: Page, site: Site, running: Running, simulator: SimulatorProcess, owner: User
) -> None:
    simulator.change(latency={"total": {"low": 60.0, "high": 60.0}})
    document = hand_in(owner)
    running.worker(*STAGES, "simulated")
    reader.goto(site / f"documents/{document.pk}/")
    expect(reader.locator(".section .tone-running").first).to_be_visible(timeout=WITHIN)

    reader.get_by_role("button", name="Cancel", exact=True).click()
    expect(reader.locator("#progress")).to_contain_text("Cancelled")
    expect(reader.get_by_role("button", name="Try again what is missing")).to_be_visible()


def hand_in(owner: User) -> Document:
    return documents.submit(
        owner=owner,
        handed=documents.Handed("essay.md", ESSAY.encode()),
        submission_key="essay",
        title="Night buses",
        upstream="simulated",
    )
