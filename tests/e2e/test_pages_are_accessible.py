"""axe finds nothing to complain about on any page, in light and in dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from feedback.models import Assignment, Document, Feedback, User
from tests.e2e.site import Site
from tests.factories import reading
from tests.factories.work import a_document

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}


def complaints(page: Page, scheme: str) -> list[str]:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def check(page: Page, address: str) -> None:
    page.goto(address)
    for scheme in ("light", "dark"):
        assert complaints(page, scheme) == [], f"{address} in {scheme}"


def documents_in_every_state(owner: User, assignment: Assignment) -> list[Document]:
    complete = reading.a_read_document(owner, assignment=assignment, title="Complete", warnings=["Look."])
    Feedback.objects.filter(document=complete, section=None).update(
        levels=reading.levels(("Argument", "Sound", "they pollinate crops")), simulated=True
    )
    first, second, third = reading.a_read_document(owner, sections=3, title="Gap").sections.all()
    reading.failed(reading.job_of(first))
    for section in (second, third):
        reading.comment(section.feedback, section, "not there", "Unanchored.", 2)
    running = reading.a_split_document(owner, sections=3, title="Running")
    reading.running(reading.job_of(running.sections.get(position=0)))
    failed = a_document(owner, title="Failed", state=Document.State.FAILED, problem="It holds no text.")
    cancelled = reading.a_split_document(owner, title="Cancelled", state=Document.State.CANCELLED)
    return [complete, first.document, running, failed, cancelled, a_document(owner, title="Read")]


def test_the_sign_in_page_with_and_without_a_mistake(page: Page, site: Site) -> None:
    check(page, site / "sign-in/")
    page.get_by_label("E-mail address").fill("nobody@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").is_visible()
    assert complaints(page, "light") == []


def test_an_empty_list_and_the_form_with_and_without_a_mistake(reader: Page, site: Site) -> None:
    check(reader, site / "")
    check(reader, site / "submit/")
    reader.get_by_role("button", name="Hand in").click()
    assert reader.get_by_role("alert").is_visible()
    assert complaints(reader, "light") == []
    assert complaints(reader, "dark") == []


def test_every_state_of_a_document(reader: Page, site: Site, owner: User, assignment: Assignment) -> None:
    documents = documents_in_every_state(owner, assignment)
    check(reader, site / "")
    for document in documents:
        check(reader, site / f"documents/{document.pk}/")


def test_a_phone_shows_the_same(phone: Page, site: Site, owner: User, assignment: Assignment) -> None:
    for document in documents_in_every_state(owner, assignment)[:3]:
        check(phone, site / f"documents/{document.pk}/")
        width = phone.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, "nothing is wider than the screen"


def test_the_page_for_what_is_not_there(reader: Page, site: Site) -> None:
    check(reader, site / "nothing-here/")
