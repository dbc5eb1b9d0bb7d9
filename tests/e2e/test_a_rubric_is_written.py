"""A rubric is written in its assignment's form: lines come, move and go, and are there after a reload."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from feedback.models import Assignment, User
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(page: Page, site: Site, teacher: User, assignment: Assignment) -> Page:
    """Of an assignment with one line in its rubric, Argument."""
    sign_in(page.context, site, teacher)
    page.goto(site / f"teaching/assignments/{assignment.pk}/edit/")
    return page


def criteria(page: Page) -> Locator:
    return page.locator(".criterion")


def names(page: Page) -> list[str]:
    fields = page.locator("[name=criterion-name]")
    return [fields.nth(number).input_value() for number in range(fields.count())]


def add(page: Page, name: str, *levels: str) -> Locator:
    before = criteria(page).count()
    page.get_by_role("button", name="Add a criterion").click()
    expect(criteria(page)).to_have_count(before + 1)
    line = criteria(page).nth(before)
    line.get_by_label("Name").fill(name)
    line.get_by_label("Levels, the weakest first").fill("\n".join(levels))
    return line


def save(page: Page) -> None:
    page.locator(".buttons").get_by_role("button", name="Save", exact=True).click()


def test_lines_and_levels_are_added_moved_changed_and_removed(
    form: Page, site: Site, assignment: Assignment
) -> None:
    add(form, "Sources", "Thin", "Adequate", "Well used")
    add(form, "Language")
    criteria(form).nth(1).get_by_role("button", name="Up").click()
    expect(form.locator("[name=criterion-name]").first).to_have_value("Sources")
    assert names(form) == ["Sources", "Argument", "Language"], "what was typed moves with its line"
    criteria(form).nth(2).get_by_role("button", name="Remove").click()
    expect(criteria(form)).to_have_count(2)
    criteria(form).nth(1).get_by_label("Levels, the weakest first").fill("Weak\nStrong")
    criteria(form).nth(1).get_by_label("What it means").fill("A claim, and reasons for it.")
    assert [line.name for line in assignment.criteria.all()] == ["Argument"], "nothing is written yet"
    save(form)
    expect(form).to_have_url(site / f"teaching/assignments/{assignment.pk}/")

    form.goto(site / f"teaching/assignments/{assignment.pk}/edit/")
    form.reload()
    assert names(form) == ["Sources", "Argument"]
    expect(criteria(form).nth(0).get_by_label("Levels, the weakest first")).to_have_value(
        "Thin\nAdequate\nWell used"
    )
    expect(criteria(form).nth(1).get_by_label("Levels, the weakest first")).to_have_value("Weak\nStrong")
    expect(criteria(form).nth(1).get_by_label("What it means")).to_have_value("A claim, and reasons for it.")
    assert [line.levels for line in assignment.criteria.all()] == [
        ["Thin", "Adequate", "Well used"], ["Weak", "Strong"]
    ]  # fmt: skip


def test_an_error_is_shown_at_its_field_and_nothing_that_was_typed_is_lost(
    form: Page, assignment: Assignment
) -> None:
    add(form, "", "Thin", "Adequate")
    add(form, "argument", "Alone")
    save(form)
    expect(form.get_by_role("alert")).to_contain_text("It was not saved yet")
    nameless, doubled = criteria(form).nth(1), criteria(form).nth(2)
    expect(nameless.get_by_label("Name")).to_have_accessible_description(
        "Give the criterion a name, or remove it."
    )
    expect(nameless.get_by_label("Levels, the weakest first")).to_have_value("Thin\nAdequate")
    expect(doubled.get_by_label("Name")).to_have_accessible_description("Another criterion has this name.")
    expect(doubled.get_by_label("Levels, the weakest first")).to_have_accessible_description(
        "One level can't be told from another: write two or more, or none."
    )
    assert assignment.criteria.count() == 1

    nameless.get_by_label("Name").fill("Sources")
    doubled.get_by_label("Name").fill("Language")
    doubled.get_by_label("Levels, the weakest first").fill("")
    save(form)
    expect(form).to_have_url(re.compile(rf"/assignments/{assignment.pk}/$"))
    assert [line.name for line in assignment.criteria.all()] == ["Argument", "Sources", "Language"]
