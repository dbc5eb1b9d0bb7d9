"""A teacher gives six texts levels of their own, reads how the suggested ones agree, and corrects them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from feedback.models import Assignment, Calibration, Document, Feedback, User
from tests.e2e.axe import complaints
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import reading
from tests.factories.work import a_student

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SCALE = ["Weak", "Fair", "Good", "Strong"]
OWN = [1, 2, 3, 1, 2, 3]


@pytest.fixture
def texts(assignment: Assignment) -> list[Document]:
    """Each suggested one level kinder than its teacher will say."""
    assignment.criteria.update(levels=SCALE)
    made = [reading.a_read_document(a_student(), assignment=assignment) for _ in OWN]
    for document, own in zip(made, OWN, strict=True):
        level = {"criterion": "Argument", "level": SCALE[own], "evidence": "", "justification": ""}
        Feedback.objects.filter(document=document, section=None).update(levels=[level])
    return made


def test_six_texts_and_the_levels_follow(
    page: Page, site: Site, teacher: User, assignment: Assignment, texts: list[Document]
) -> None:
    sign_in(page.context, site, teacher)
    page.goto(site / f"teaching/assignments/{assignment.pk}/")
    page.get_by_role("link", name="Compare the suggested levels with your own").click()
    expect(page.get_by_text("6 more texts with your level are needed")).to_be_visible()
    assert complaints(page) == []

    page.get_by_role("link", name="Give the next text its levels").click()
    for number in range(len(texts)):
        at = page.url.rstrip("/").rsplit("/", 1)[1]
        own = OWN[[str(text.pk) for text in texts].index(at)]
        if not number:
            assert complaints(page) == []
            expect(page.get_by_text(SCALE[own], exact=True)).to_have_count(1)
        page.get_by_label(SCALE[own - 1], exact=True).check()
        page.get_by_role("button", name="Keep these levels").click()

    row = page.get_by_role("row", name="Argument")
    expect(row).to_contain_text("0 %")
    expect(row).to_contain_text("100 %")
    page.get_by_role("button", name="Let suggested levels follow mine").click()
    expect(page.get_by_text("Levels of 1 criterion follow yours from now on.")).to_be_visible()
    line = Calibration.objects.get()
    assert (line.offset, line.slope) == (-1, 1)
    page.get_by_role("button", name="Stop correcting").click()
    expect(page.get_by_text("Levels are suggested as they come from now on.")).to_be_visible()
    assert not Calibration.objects.exists()
