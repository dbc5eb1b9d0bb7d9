"""What a phone's width must not take away: words stay whole, and no column lies beyond the edge."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page

from feedback.models import Assignment, User
from feedback.services.teaching import review
from tests.e2e.places import import_a_list
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import people, reading

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PHONE = 390
LINES = """
(words) => {
  const range = document.createRange();
  range.selectNodeContents(words);
  return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
}
"""


def right_edge(words: Locator) -> float:
    box = words.bounding_box()
    assert box is not None
    return box["x"] + box["width"]


def test_a_grade_stands_on_one_line(
    phone: Page, site: Site, owner: User, assignment: Assignment, teacher: User
) -> None:
    document = reading.a_read_document(owner, assignment=assignment, reviewed=True, title="Reviewed")
    review.release(document, by=teacher, grade="B", note="A clear voice. Come and see me about the sources.")
    phone.goto(site / f"documents/{document.pk}/")
    assert phone.get_by_text("Grade: B").evaluate(LINES) == 1


def test_the_last_column_of_a_class_list_is_on_the_page(
    phone: Page, site: Site, assignment: Assignment, teacher: User
) -> None:
    sign_in(phone.context, site, teacher)
    phone.goto(site.url + reverse("teaching-import", args=[assignment.course_id]))
    import_a_list(phone)
    assert right_edge(phone.get_by_text("This is not an e-mail address.")) <= PHONE


def test_an_action_stays_beside_what_it_acts_on(
    phone: Page, site: Site, assignment: Assignment, teacher: User
) -> None:
    people.enrol(assignment.course, people.student(name="Maria Theodora von Hohenlohe-Lindqvist"))
    sign_in(phone.context, site, teacher)
    phone.goto(site.url + reverse("teaching-members", args=[assignment.course_id]))
    maria = phone.get_by_role("listitem").filter(has_text="Hohenlohe")
    name, change = maria.locator(".member-name").bounding_box(), maria.locator("summary").bounding_box()
    assert name is not None and change is not None
    assert change["y"] < name["y"] + name["height"]


def test_the_choice_of_an_assignment_is_read_whole(phone: Page, site: Site, assignment: Assignment) -> None:
    Assignment.objects.update(title="A critical essay on a public service of your own town, first version")
    phone.goto(site / "submit/")
    choice = phone.get_by_label("What is it for?")
    empty = choice.bounding_box()
    choice.select_option(value=str(assignment.pk))
    chosen = choice.bounding_box()
    assert empty is not None and chosen is not None
    assert chosen["height"] >= empty["height"] + 16, "another line of it at least"
