"""Every page of the admin: lists, forms and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from feedback.models import User
from tests.e2e.office import Office
from tests.e2e.places import PageCase

ELSEWHERE = {"django_rq.Dashboard"}  # RQ's own pages


def admin_places(office: Office) -> list[PageCase]:
    return [*own_places(office), *_tables(office.operator)]


def own_places(office: Office) -> list[PageCase]:
    """Those that we made ourselves."""
    person, student, upstream = office.operator, [office.student.pk], [office.upstream.pk]

    def place(name: str, *args: object, steps: Callable[[Page], None] | None = None) -> PageCase:
        return PageCase(name, reverse(f"admin:{name.partition(' ')[0]}", args=args), person, steps)

    return [
        place("index", steps=_wait_for("Over time")),
        place("feedback_job_dead"),
        place("feedback_job_workers"),
        place("feedback_job_change (failed)", office.failed.pk),
        place("feedback_job_change (waiting)", office.waiting.pk),
        place("feedback_document_text", office.document.pk),
        place("feedback_user_usage", *student, steps=_wait_for("Last jobs")),
        place("feedback_user_changelist (many)", steps=choose_people),
        place("feedback_user_changelist (preview)", steps=preview_people),
        place("limiter_upstream_control", *upstream),
        place("limiter_upstream_change (preview)", *upstream, steps=_preview_limits),
        place("limiter_pool_change", office.pool.pk),
    ]


def _tables(person: User) -> Iterator[PageCase]:
    """A list of each table, the form of a new row, and the page of one that is there."""
    for model, page in admin.site._registry.items():
        if model._meta.label in ELSEWHERE:
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        yield PageCase(f"{name}_changelist", reverse(f"admin:{name}_changelist"), person)
        if type(page).has_add_permission(page, _Everything()):  # type: ignore[arg-type]
            yield PageCase(f"{name}_add", reverse(f"admin:{name}_add"), person)
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield PageCase(f"{name}_change", reverse(f"admin:{name}_change", args=[row.pk]), person)


class _Everything:
    """A request of somebody with every right."""

    user = type("Somebody", (), {"has_perm": lambda *_: True})()


# Steps ----------------------------------------------------------------------------------------


def _wait_for(heading: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_role("heading", name=heading)).to_be_visible()


def choose_people(page: Page) -> None:
    for box in page.locator("input[name=_selected_action]").all()[:3]:
        box.check()
    page.locator("select[name=action]").select_option("share")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="3 people are chosen")).to_be_visible()


def preview_people(page: Page) -> None:
    choose_people(page)
    page.get_by_label("Priority", exact=True).select_option("2")
    page.get_by_label("Why").fill("Exam week.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Change 3 people")).to_be_visible()


def _preview_limits(page: Page) -> None:
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview > *").first).to_be_visible()
