"""The pictures in docs/images: every page, wide and narrow, light and dark.

Run by hand (`pytest tests/e2e/screenshots.py`), not with the tests. SCREENSHOTS names another folder,
and FULL_PAGE=1 takes whole pages, for looking at them.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
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
from tests.e2e import admin_scenes, scenes
from tests.e2e.places import places
from tests.e2e.school import a_school
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.running import ROOT, Running, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

FOLDER = Path(os.environ.get("SCREENSHOTS", ROOT / "docs" / "images"))
SIZES = {"wide": (1280, 860), "phone": (390, 844)}
STUDENT = demo.STUDENTS[0].email


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
    answered, bridged = scenes.answered(essay), scenes.bridged(essay)
    in_line = scenes.waiting(essay, title="Night buses, in line")
    change("offline", paused=True)
    paused = scenes.waiting(essay, title="Night buses, first draft", upstream="offline")
    simulator.change(latency={"total": {"low": 170.0, "high": 180.0}})
    change("simulated", max_in_flight=1, flow_in_flight=1)
    running.worker("simulated", "offline")
    wait_until(lambda: half.jobs.filter(state="running").count() == 2, "a worker took the next section")
    pages = {
        "sign-in": (None, "sign-in/"),
        "documents": (STUDENT, ""),
        "hand-in": (STUDENT, "submit/"),
        "document": (STUDENT, f"documents/{essay.pk}/"),
        "automatic": (STUDENT, f"documents/{own.pk}/"),
        "running": (STUDENT, f"documents/{half.pk}/"),
        "paused": (STUDENT, f"documents/{paused.pk}/"),
        "answered": (STUDENT, f"documents/{answered.pk}/"),
        "provisional": (STUDENT, f"documents/{bridged.pk}/"),
        "in-line": (STUDENT, f"documents/{in_line.pk}/"),
        "gap": (STUDENT, f"documents/{gap.pk}/"),
        "not-found": (STUDENT, "documents/00000000-0000-7000-8000-000000000000/"),
    }
    for scheme, size, page in looks(browser):
        for name, (email, path) in pages.items():
            sign_in(page.context, site, User.objects.get(email=email) if email else None)
            page.goto(site / path)
            if name == "document":
                show_a_linked_comment(page)
            take(page, FOLDER / f"{name}-{size}-{scheme}.png")


def looks(browser: Browser) -> Iterator[tuple[str, str, Page]]:
    """A page in light and in dark, wide and as on a phone."""
    for scheme in ("light", "dark"):
        for size, (width, height) in SIZES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )
            yield scheme, size, context.new_page()
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


# Of the course in tests/e2e/school.py, by the names of its places; whole pages where that says more.
SCHOOL = {
    "mfa_authenticate": "second-step",
    "account_signup": "sign-up-closed",
    "account_reset_password": "reset-password",
    "invitation": "invitation",
    "home": "drafts",
    "home (empty)": "documents-empty",
    "submit (a new draft)": "new-draft",
    "draft": "draft",
    "document (with the teacher)": "with-the-teacher",
    "document (released)": "released",
    "changes": "changes",
    "revisions": "revisions",
    "quota": "quota",
    "my-data": "my-data",
    "delete-document": "delete-document",
    "delete-account": "delete-account",
    "profile": "profile",
    "account_email": "e-mail-address",
    "account_change_password": "change-password",
    "usersessions_list": "sessions",
    "mfa_index": "second-factor",
    "mfa_activate_totp": "second-factor-app",
    "mfa_view_recovery_codes": "recovery-codes",
    "invitations": "invitations",
    "teaching": "courses",
    "teaching-course": "course",
    "teaching-members": "members",
    "teaching-import": "import",
    "teaching-import (preview)": "import-preview",
    "teaching-edit-assignment": "assignment-editor",
    "teaching-assignment": "class",
    "teaching-assignment (review)": "class-review",
    "teaching-outlook": "outlook",
    "teaching-review": "review",
    "teaching-review (released)": "review-released",
    "fails (400)": "error-400",
    "fails (403)": "error-403",
    "fails (413)": "error-413",
    "fails (429)": "error-429",
    "fails (500)": "error-500",
    "fails (503)": "error-503",
}


def test_pictures_of_a_school(
    browser: Browser, redis_client: redis.Redis, transactional_db: None, site: Site
) -> None:
    known = {place.name: place for place in places(a_school())}
    for scheme, size, page in looks(browser):
        for name, picture in SCHOOL.items():
            sign_in(page.context, site, known[name].who)
            known[name].open(page, site)
            if name == "draft":
                page.locator(".section-change summary").nth(1).click()
            take(page, FOLDER / f"{picture}-{size}-{scheme}.png")


def test_pictures_of_the_admin(
    browser: Browser, site: Site, essay: Document, running: Running, simulator: SimulatorProcess
) -> None:
    failed = admin_scenes.an_evening()
    simulator.change(latency={"total": {"low": 170.0, "high": 180.0}})
    half = scenes.waiting(essay, title="Night buses, second draft")
    running.worker("simulated", "offline")
    wait_until(lambda: half.jobs.filter(state="running").exists(), "a worker took a section")
    operator = User.objects.get(email=demo.ADMIN.email)
    pages = {
        "admin": "admin/",
        "admin-jobs": "admin/feedback/job/?upstream=bedrock",
        "admin-job": f"admin/feedback/job/{failed.pk}/change/",
        "admin-dead-jobs": "admin/feedback/job/dead/",
        "admin-workers": "admin/feedback/job/workers/",
        "admin-upstreams": "admin/limiter/upstream/",
        "admin-upstream": "admin/limiter/upstream/bedrock/change/",
        "admin-control": "admin/limiter/upstream/bedrock/control/",
        "admin-users": "admin/feedback/user/",
        "admin-user": f"admin/feedback/user/{admin_scenes.a_busy_person().pk}/change/",
        "admin-document": f"admin/feedback/document/{essay.pk}/change/",
        "admin-text": f"admin/feedback/document/{essay.pk}/text/",
        "admin-audit": "admin/feedback/auditentry/",
    }
    for scheme, size, page in looks(browser):
        sign_in(page.context, site, operator)
        for name, path in pages.items():
            page.goto(site / path)
            if name == "admin":
                expect(page.get_by_role("heading", name="Over time")).to_be_visible()
            take(page, FOLDER / f"{name}-{size}-{scheme}.png")


def test_pictures_in_german(browser: Browser, site: Site, essay: Document) -> None:
    User.objects.update(language="de")
    pages = {
        "german-documents": (STUDENT, ""),
        "german-hand-in": (STUDENT, "submit/"),
        "german-document": (STUDENT, f"documents/{essay.pk}/"),
        "german-quota": (STUDENT, "quota/"),
        "german-assignment": (demo.TEACHER.email, f"teaching/assignments/{essay.assignment_id}/"),
    }
    for scheme, size, page in looks(browser):
        if scheme == "dark":
            continue  # the words are what these are about
        for name, (email, path) in pages.items():
            sign_in(page.context, site, User.objects.get(email=email))
            page.goto(site / path)
            take(page, FOLDER / f"{name}-{size}-light.png")
