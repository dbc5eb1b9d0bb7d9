"""The pictures in docs/images: every page, wide and narrow, light and dark.

Run by hand (`pytest tests/e2e/screenshots.py`), not with the tests. SCREENSHOTS names another folder,
and FULL_PAGE=1 takes whole pages, for looking at them.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import redis
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from feedback import demo
from feedback.models import Document, User
from feedback.services import documents
from feedback.simulator.hosting import SimulatorProcess
from limiter.publication import reconcile_configuration
from limiter.services import change_upstream
from tests.e2e import scenes
from tests.e2e.conftest import sign_in
from tests.e2e.site import Site
from tests.running import ROOT, Running, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

FOLDER = Path(os.environ.get("SCREENSHOTS", ROOT / "docs" / "images"))
SIZES = {"wide": (1280, 860), "phone": (390, 844)}
STUDENT, ADMIN = demo.STUDENTS[0].email, demo.ADMIN.email


@pytest.fixture
def essay(
    redis_client: redis.Redis, simulator: SimulatorProcess, running: Running, transactional_db: None
) -> Document:
    """The demo's essay, read by the simulator."""
    simulator.change(latency={"total": {"low": 0.1, "high": 0.3}})
    demo.load()
    reconcile_configuration()
    worker = running.worker("parse", "split", "simulated", "offline")
    first, *_ = demo.submit()
    own = documents.submit(
        owner=first.owner,
        handed=documents.Handed("reflection.md", (ROOT / "examples" / "reflection.md").read_bytes()),
        submission_key="own",
        title="Reflection on group work",
    )
    wait_until(lambda: not Document.objects.exclude(state__in=Document.ENDED).exists(), "all are read")
    running.kill(worker)
    assert Document.objects.get(pk=own.pk).state == Document.State.COMPLETE
    return Document.objects.get(pk=first.pk)


def change(upstream: str, **changes: object) -> None:
    change_upstream(upstream=upstream, changes=changes, author="test", reason="for the picture")


def test_pictures(
    browser: Browser, site: Site, essay: Document, running: Running, simulator: SimulatorProcess
) -> None:
    own = Document.objects.get(submission_key="own")
    scenes.unreadable(essay)
    gap = scenes.with_a_gap(essay)
    half = scenes.half_way(essay)
    change("offline", paused=True)
    paused = scenes.waiting(essay, title="Night buses, first draft", upstream="offline")
    simulator.change(latency={"total": {"low": 170.0, "high": 180.0}})
    change("simulated", max_in_flight=1, flow_in_flight=1)
    running.worker("simulated", "offline")
    wait_until(lambda: half.jobs.filter(state="running").count() == 2, "a worker took the next section")
    job = essay.jobs.filter(kind="analyse").first()
    assert job is not None
    pages = {
        "sign-in": (None, "sign-in/"),
        "documents": (STUDENT, ""),
        "hand-in": (STUDENT, "submit/"),
        "document": (STUDENT, f"documents/{essay.pk}/"),
        "automatic": (STUDENT, f"documents/{own.pk}/"),
        "running": (STUDENT, f"documents/{half.pk}/"),
        "paused": (STUDENT, f"documents/{paused.pk}/"),
        "gap": (STUDENT, f"documents/{gap.pk}/"),
        "not-found": (STUDENT, "documents/00000000-0000-7000-8000-000000000000/"),
        "admin-users": (ADMIN, "admin/feedback/user/"),
        "admin-jobs": (ADMIN, "admin/feedback/job/"),
        "admin-job": (ADMIN, f"admin/feedback/job/{job.pk}/change/"),
    }
    for scheme in ("light", "dark"):
        for size, (width, height) in SIZES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            for name, (email, path) in pages.items():
                if name.startswith("admin") and (scheme, size) != ("light", "wide"):
                    continue  # Django's own look
                context.clear_cookies()
                if email:
                    sign_in(context, site, User.objects.get(email=email))
                page.goto(site / path)
                if name == "document":
                    show_a_linked_comment(page)
                take(page, FOLDER / f"{name}-{size}-{scheme}.png")
            context.close()


def show_a_linked_comment(page: Page) -> None:
    page.evaluate("document.fonts.ready")
    mark = page.locator(".mark a").first
    mark.focus()
    expect(page.locator(".note.linked").first).to_be_visible()


def take(page: Page, path: Path) -> None:
    """A picture in 256 colours: a fifth of the size, and nobody sees it."""
    page.wait_for_timeout(250)  # fonts and margins settle
    picture = Image.open(io.BytesIO(page.screenshot(full_page="FULL_PAGE" in os.environ)))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
