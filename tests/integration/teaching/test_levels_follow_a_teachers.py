"""Calibration: a teacher's own levels of some texts, and the suggested ones that follow them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import (
    Assignment,
    AuditEntry,
    Calibration,
    Criterion,
    Document,
    Feedback,
    Job,
    ReferenceLevel,
    User,
)
from feedback.providers.base import CriterionLevel, FeedbackOutput, Finished, TokenUsage
from feedback.selectors.teaching.calibration import agreements
from feedback.services.teaching import calibration, editing
from feedback.services.work.feedback import record_feedback
from tests.factories import reading
from tests.factories.work import a_job, a_student
from tests.people import signed_in

pytestmark = pytest.mark.django_db

SCALE = ["Weak", "Fair", "Good", "Strong", "Superb"]
TEACHERS = [1, 2, 3, 4, 2, 3, 4, 1]


@pytest.fixture
def criterion(assignment: Assignment) -> Criterion:
    assignment.criteria.update(levels=SCALE)
    return assignment.criteria.get()


def a_text(assignment: Assignment, suggested: int) -> Document:
    """Complete, with a level that its provider wrote through the pipeline's own recording."""
    document = reading.a_split_document(a_student(), assignment=assignment, state=Document.State.COMPLETE)
    record(document, suggested)
    return document


def record(document: Document, suggested: int) -> Feedback:
    level = CriterionLevel(criterion="Argument", level=SCALE[suggested - 1])
    answer = Finished(FeedbackOutput(summary="Well.", levels=[level]), TokenUsage(), "rules")
    return record_feedback(a_job(document, kind=Job.Kind.SUMMARISE), answer)


def level_of(document: Document) -> str:
    feedback = document.feedback.get(section=None)
    return str(feedback.levels[0]["level"])


def marked(criterion: Criterion, by: User, suggested: Sequence[int], teachers: Sequence[int]) -> None:
    for theirs, own in zip(suggested, teachers, strict=True):
        document = a_text(criterion.assignment, theirs)
        calibration.give_levels(document, {criterion.pk: own}, by=by)


def test_a_planted_bias_is_gone_on_papers_that_no_teacher_marked(criterion: Criterion, teacher: User) -> None:
    marked(criterion, teacher, [own + 1 for own in TEACHERS], TEACHERS)
    (before,) = agreements(criterion.assignment)
    assert before.of is not None
    assert (before.of.agreement, before.of.bias, before.of.held_out_agreement) == (0, 1, 1)

    assert calibration.correct(criterion.assignment, by=teacher) == 1

    for own in (1, 2, 3, 4):
        assert level_of(a_text(criterion.assignment, own + 1)) == SCALE[own - 1]
    kept = a_text(criterion.assignment, 4).feedback.get(section=None).levels[0]
    assert kept["uncorrected"] == "Strong", "what was suggested stays known"


def test_levels_that_say_little_of_the_teachers_are_withheld(criterion: Criterion, teacher: User) -> None:
    marked(criterion, teacher, [4, 1, 2, 1, 4, 2, 1, 4], TEACHERS)
    calibration.correct(criterion.assignment, by=teacher)
    assert level_of(a_text(criterion.assignment, 3)) == ""


def test_with_too_few_texts_nothing_changes(criterion: Criterion, teacher: User) -> None:
    marked(criterion, teacher, [2, 3, 4, 5, 3], [1, 2, 3, 4, 2])
    assert calibration.correct(criterion.assignment, by=teacher) == 0
    assert level_of(a_text(criterion.assignment, 3)) == "Good"


def test_a_report_once_corrected_is_still_of_what_was_suggested(criterion: Criterion, teacher: User) -> None:
    marked(criterion, teacher, [own + 1 for own in TEACHERS], TEACHERS)
    calibration.correct(criterion.assignment, by=teacher)
    marked(criterion, teacher, [3, 4], [2, 3])
    (report,) = agreements(criterion.assignment)
    assert report.of is not None
    assert (report.of.papers, report.of.bias) == (10, 1)


def test_a_level_that_the_desk_changed_is_compared_as_it_was_suggested(
    criterion: Criterion, teacher: User
) -> None:
    document = a_text(criterion.assignment, 4)
    feedback = document.feedback.get(section=None)
    editing.edit_feedback(feedback, by=teacher, levels={"Argument": "Fair"})
    calibration.give_levels(document, {criterion.pk: 2}, by=teacher)
    assert ReferenceLevel.objects.get().suggested == 4


def test_another_scale_or_another_provider_is_not_corrected(criterion: Criterion, teacher: User) -> None:
    marked(criterion, teacher, [own + 1 for own in TEACHERS], TEACHERS)
    calibration.correct(criterion.assignment, by=teacher)
    Calibration.objects.update(provider="bedrock")
    assert level_of(a_text(criterion.assignment, 3)) == "Good"
    Calibration.objects.update(provider="offline")
    Criterion.objects.update(levels=SCALE[:4])
    assert level_of(a_text(criterion.assignment, 3)) == "Good"


def test_who_stops_it_gets_levels_as_they_come_and_the_log_has_both(
    criterion: Criterion, teacher: User
) -> None:
    marked(criterion, teacher, [own + 1 for own in TEACHERS], TEACHERS)
    desk = signed_in(teacher)
    desk.post(reverse("teaching-calibration-correct", args=[criterion.assignment_id]))
    desk.post(reverse("teaching-calibration-stop", args=[criterion.assignment_id]))
    assert level_of(a_text(criterion.assignment, 3)) == "Good"
    assert ReferenceLevel.objects.count() == len(TEACHERS), "the teacher's own levels stay"
    whats = list(AuditEntry.objects.filter(kind="assignment").order_by("pk").values_list("what", flat=True))
    assert whats == ["corrected levels of", "stopped correcting levels of"]


def test_a_teacher_gives_levels_on_pages_that_do_not_show_what_was_suggested(
    criterion: Criterion, teacher: User
) -> None:
    texts = [a_text(criterion.assignment, 5) for _ in range(2)]
    desk: Client = signed_in(teacher)
    address = reverse("teaching-calibration-text", args=[criterion.assignment_id, texts[0].pk])
    shown = desk.get(address).content.decode()
    assert "Bees matter" in shown
    assert "checked> <span>No level of mine" in shown
    answer = desk.post(address, {f"level-{criterion.pk}": "2"})
    following = reverse("teaching-calibration-text", args=[criterion.assignment_id, texts[1].pk])
    assert answer.headers["Location"] == following
    desk.post(address, {f"level-{criterion.pk}": "9"})
    assert ReferenceLevel.objects.get().level == 2, "what is on no scale changes nothing"
    desk.post(address, {f"level-{criterion.pk}": ""})
    assert not ReferenceLevel.objects.exists()


def test_nobody_else_gives_levels(
    criterion: Criterion, owner: User, other_teacher: User, teacher: User
) -> None:
    text = a_text(criterion.assignment, 3)
    address = reverse("teaching-calibration-text", args=[criterion.assignment_id, text.pk])
    for person in (owner, other_teacher):
        assert signed_in(person).get(address).status_code == 404
        assert signed_in(person).post(address, {f"level-{criterion.pk}": "2"}).status_code == 404
    elsewhere = reading.a_read_document(a_student())
    wrong = reverse("teaching-calibration-text", args=[criterion.assignment_id, elsewhere.pk])
    assert signed_in(teacher).get(wrong).status_code == 404
    assert not ReferenceLevel.objects.exists()
