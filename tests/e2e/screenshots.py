"""The pictures in docs/images: every page, wide and narrow, light and dark.

Run by hand (`pytest tests/e2e/screenshots.py`), not with the tests. SCREENSHOTS names another folder,
FULL_PAGE=1 takes whole pages, for looking at them, and ONLY='admin-*,quota' takes some again.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
import redis
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from feedback.development import demo
from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, Job, User
from feedback.services.intake import documents
from limiter.configuration.publication import reconcile_configuration
from limiter.services import change_upstream
from tests.e2e import scenes
from tests.e2e.admin_places import admin_places
from tests.e2e.office import an_office
from tests.e2e.places import PageCase, places
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
    }
    for scheme, size, page in looks(browser):
        for name in wanted(pages):
            email, path = pages[name]
            sign_in(page.context, site, User.objects.get(email=email) if email else None)
            page.goto(site / path)
            if name == "document":
                show_an_open_comment(page)
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


def wanted(names: Iterable[str]) -> list[str]:
    patterns = os.environ.get("ONLY", "*").split(",")
    return [name for name in names if any(fnmatch(name, pattern) for pattern in patterns)]


def show_an_open_comment(page: Page) -> None:
    page.evaluate("document.fonts.ready")
    mark = page.locator(".mark a").first
    mark.press("Enter")
    expect(page.locator(".note.open")).to_be_visible()


def take(page: Page, path: Path) -> None:
    """A picture in 256 colours: a fifth of the size, and no visible difference."""
    page.wait_for_timeout(250)  # fonts and cards settle
    picture = Image.open(io.BytesIO(page.screenshot(full_page="FULL_PAGE" in os.environ)))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


# Of the course in tests/e2e/school.py, the pictures by the names of its places.
SCHOOL = {
    "sign-in-refused": "account_login (wrong)",
    "second-step": "mfa_authenticate",
    "sign-up-closed": "account_signup",
    "confirm-sent": "account_email_verification_sent",
    "confirm": "account_confirm_email",
    "confirm-gone": "account_confirm_email (gone)",
    "account-closed": "account_inactive",
    "reset-password": "account_reset_password",
    "reset-password-sent": "account_reset_password_done",
    "reset-password-new": "account_reset_password_from_key",
    "reset-password-gone": "account_reset_password_from_key (gone)",
    "reset-password-done": "account_reset_password_from_key_done",
    "identity-cancelled": "socialaccount_login_cancelled",
    "identity-error": "socialaccount_login_error",
    "invitation": "invitation",
    "invitation-gone": "invitation (gone)",
    "drafts": "home",
    "documents-empty": "home (empty)",
    "documents-not-found": "home (nothing found)",
    "new-draft": "submit (a new draft)",
    "draft": "draft",
    "with-the-teacher": "document (with the teacher)",
    "released": "document (released)",
    "changes": "changes",
    "revisions": "revisions",
    "quota": "quota",
    "my-data": "my-data",
    "delete-document": "delete-document",
    "delete-account": "delete-account",
    "profile": "profile",
    "e-mail-address": "account_email",
    "change-password": "account_change_password",
    "password-again": "account_reauthenticate",
    "sessions": "usersessions_list",
    "identities": "socialaccount_connections",
    "second-factor-none": "mfa_index (none)",
    "second-factor": "mfa_index",
    "second-factor-app": "mfa_activate_totp",
    "second-factor-off": "mfa_deactivate_totp",
    "second-factor-again": "mfa_reauthenticate",
    "recovery-codes": "mfa_view_recovery_codes",
    "recovery-codes-new": "mfa_generate_recovery_codes",
    "invitations": "invitations",
    "courses": "teaching",
    "course": "teaching-course",
    "course-new": "teaching-new-course",
    "course-edit": "teaching-edit-course",
    "members": "teaching-members",
    "import": "teaching-import",
    "import-preview": "teaching-import (preview)",
    "assignment-new": "teaching-new-assignment",
    "assignment-editor": "teaching-edit-assignment",
    "class": "teaching-assignment",
    "class-review": "teaching-assignment (review)",
    "outlook": "teaching-outlook",
    "review": "teaching-review",
    "review-released": "teaching-review (released)",
    "error-400": "fails (400)",
    "error-403": "fails (403)",
    "error-404": "fails (404)",
    "error-413": "fails (413)",
    "error-429": "fails (429)",
    "error-500": "fails (500)",
    "error-503": "fails (503)",
}


def test_pictures_of_a_school(
    browser: Browser, redis_client: redis.Redis, transactional_db: None, site: Site
) -> None:
    known = by_name(places(a_school()))
    for scheme, size, page in looks(browser):
        for picture in wanted(SCHOOL):
            place = known[SCHOOL[picture]]
            sign_in(page.context, site, place.person)
            place.open(page, site)
            if picture == "draft":
                page.locator(".section-change summary").nth(1).click()
            take(page, FOLDER / f"{picture}-{size}-{scheme}.png")


def by_name(places: list[PageCase]) -> dict[str, PageCase]:
    return {place.name: place for place in places}


# What tests/e2e/office.py holds, the pictures by the names of its places.
OFFICE = {
    "admin": "index",
    "admin-jobs": "feedback_job_changelist",
    "admin-job": "feedback_job_change (failed)",
    "admin-job-waiting": "feedback_job_change (waiting)",
    "admin-dead-jobs": "feedback_job_dead",
    "admin-workers": "feedback_job_workers",
    "admin-document": "feedback_document_change",
    "admin-text": "feedback_document_text",
    "admin-upstreams": "limiter_upstream_changelist",
    "admin-upstream": "limiter_upstream_change",
    "admin-upstream-preview": "limiter_upstream_change (preview)",
    "admin-control": "limiter_upstream_control",
    "admin-endpoints": "feedback_endpoint_changelist",
    "admin-endpoint": "feedback_endpoint_change",
    "admin-models": "feedback_languagemodel_changelist",
    "admin-model": "feedback_languagemodel_change",
    "admin-pools": "limiter_pool_changelist",
    "admin-pool": "limiter_pool_change",
    "admin-plan": "limiter_plan_change",
    "admin-users": "feedback_user_changelist",
    "admin-users-chosen": "feedback_user_changelist (many)",
    "admin-users-preview": "feedback_user_changelist (preview)",
    "admin-user": "feedback_user_change",
    "admin-usage": "feedback_user_usage",
    "admin-usage-chart": "feedback_user_usage",
    "admin-usage-days": "feedback_usageday_changelist",
    "admin-groups": "auth_group_changelist",
    "admin-sessions": "usersessions_usersession_changelist",
    "admin-audit": "feedback_auditentry_changelist",
    "admin-alert-rules": "feedback_alertrule_changelist",
    "admin-alert-rule": "feedback_alertrule_change",
    "admin-incidents": "feedback_incident_changelist",
    "admin-incident": "feedback_incident_change",
}


def test_pictures_of_the_admin(
    browser: Browser, site: Site, essay: Document, running: Running, simulator: SimulatorProcess
) -> None:
    office = an_office(jobs=1_500)
    known = by_name(admin_places(office))
    simulator.change(latency={"total": {"low": 110.0, "high": 120.0}})
    running.worker("simulated", "offline")
    for scheme, size, page in looks(browser):
        scenes.waiting(essay, title="Night buses, second draft")
        wait_until(lambda: Job.objects.filter(state=Job.State.RUNNING).exists(), "a worker took a section")
        sign_in(page.context, site, office.operator)
        for picture in wanted(OFFICE):
            known[OFFICE[picture]].open(page, site)
            if picture == "admin-usage-chart":
                page.get_by_role("heading", name="Last jobs").scroll_into_view_if_needed()
            take(page, FOLDER / f"{picture}-{size}-{scheme}.png")


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
        for name in wanted(pages):
            email, path = pages[name]
            sign_in(page.context, site, User.objects.get(email=email))
            page.goto(site / path)
            take(page, FOLDER / f"{name}-{size}-light.png")
