"""axe finds nothing to complain about on any page, in light and in dark; nothing is wider than a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from feedback.messages.model import Message
from feedback.models import Assignment, Comment, Document, Feedback, User
from feedback.services.teaching import reactions
from tests.e2e.axe import complaints
from tests.e2e.places import PageCase, names_of_pages, places
from tests.e2e.school import a_school
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import reading
from tests.factories.work import a_document

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
STATUS = "() => performance.getEntriesByType('navigation')[0].responseStatus"
FAILING = ("(4", "(5", "(gone)", "login_error")  # names of places that answer with an error


def faults(page: Page) -> list[str]:
    found = complaints(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
        found.append("wider than a phone")
    page.set_viewport_size({"width": 1280, "height": 860})
    return found


def faults_of(page: Page, site: Site, place: PageCase) -> list[str]:
    sign_in(page.context, site, place.person)
    place.open(page, site)
    found = faults(page)
    if page.evaluate(STATUS) >= 400 and not any(mark in place.name for mark in FAILING):
        found.append(f"answers {page.evaluate(STATUS)}")
    return [f"{place.name}: {fault}" for fault in found]


@pytest.mark.long
def test_every_page_there_is(page: Page, site: Site) -> None:
    everything = places(a_school())
    assert names_of_pages() - {place.address for place in everything} == set(), "pages that nobody visits"
    found = [fault for place in everything for fault in faults_of(page, site, place)]
    assert found == [], "\n".join(found)


def documents_in_every_state(owner: User, assignment: Assignment) -> list[Document]:
    complete = reading.a_read_document(
        owner, assignment=assignment, title="Complete", warnings=[Message("recognised")]
    )
    Feedback.objects.filter(document=complete, section=None).update(
        levels=reading.levels(("Argument", "Sound", "they pollinate crops")), simulated=True
    )
    first, second, third = reading.a_read_document(owner, sections=3, title="Gap").sections.all()
    reading.failed(reading.job_of(first))
    for section in (second, third):
        reading.comment(section.feedback, section, "not there", "Unanchored.", 2)
    running = reading.a_split_document(owner, sections=3, title="Running")
    reading.running(reading.job_of(running.sections.get(position=0)))
    failed = a_document(owner, title="Failed", state=Document.State.FAILED, problem=Message("no_text"))
    cancelled = reading.a_split_document(owner, title="Cancelled", state=Document.State.CANCELLED)
    bridged = reading.a_split_document(owner, title="Bridged")
    reading.feedback_on(bridged, bridged.sections.get(position=0), provisional=True)
    doubted = reading.a_read_document(owner, assignment=assignment, title="Doubted")
    Feedback.objects.filter(document=doubted).update(
        cautions=["instructions", "grade", "language"],
        levels=[{**level, "supported": False} for level in reading.levels(("Argument", "", "Nowhere."))],
    )
    for remark, verdict in zip(
        Comment.objects.filter(feedback__document=doubted), ("accepted", "dismissed", "wrong"), strict=False
    ):
        reactions.react(remark, owner, verdict, "It is not so.")
    return [
        complete,
        first.document,
        bridged,
        doubted,
        running,
        failed,
        cancelled,
        a_document(owner, title="Read"),
    ]


def test_a_form_with_a_mistake(reader: Page, site: Site) -> None:
    reader.goto(site / "submit/")
    reader.get_by_role("button", name="Hand in").click()
    assert reader.get_by_role("alert").is_visible()
    assert faults(reader) == []


def test_every_state_of_a_document(reader: Page, site: Site, owner: User, assignment: Assignment) -> None:
    for document in documents_in_every_state(owner, assignment):
        reader.goto(site / f"documents/{document.pk}/")
        assert faults(reader) == [], document.title


def test_a_field_is_described_by_its_help(reader: Page, site: Site) -> None:
    reader.goto(site / "account/password/")
    field = reader.get_by_label("New password", exact=True)
    expect(field).to_have_accessible_description(re.compile("at least 8 characters"))
