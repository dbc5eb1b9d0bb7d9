"""Plan, priority and suspension of many people: chosen, previewed, changed, and kept with what was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import redis
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.admin.people import shares
from feedback.dispatch import flows
from feedback.models import AuditEntry, User
from feedback.services.accounts import roles
from limiter.models import FlowOverride, Plan
from limiter.selectors import flow_limits
from limiter.services import create_plan, set_flow_policy
from tests.factories import people
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db
LIST = "admin:feedback_user_changelist"


@pytest.fixture
def office(operator: User, redis_client: redis.Redis) -> Client:
    return signed_in(operator)


@pytest.fixture
def plan(db: None) -> Plan:
    return create_plan(name="thesis", values={"weight": 2}, author="test", reason="test")


def ask(office: Client, *users: User, **form: Any) -> Any:
    chosen = {"action": "share", "_selected_action": [str(user.pk) for user in users]}
    return office.post(reverse(LIST), {**chosen, **form}, follow=True)


def test_the_preview_lists_each_persons_change_and_changes_none(
    office: Client, owner: User, outsider: User, plan: Plan
) -> None:
    assert "2 people are chosen" in ask(office, owner, outsider).content.decode()
    form = {"plan": "thesis", "suspended": "yes", "reason": "Exam week."}
    page = ask(office, owner, outsider, preview="", **form).content.decode()
    assert "Change 2 people" in page
    assert "default → <strong>thesis</strong>" in page
    assert "none → <strong>suspended</strong>" in page
    owner.refresh_from_db()
    assert owner.plan is None
    assert not FlowOverride.objects.exists()


def test_all_of_them_change_and_the_log_has_before_and_after(
    office: Client, operator: User, owner: User, outsider: User, plan: Plan
) -> None:
    form = {"plan": "thesis", "priority": "-1", "suspended": "yes", "reason": "Exam week."}
    assert "2 people were changed." in ask(office, owner, outsider, change="", **form).content.decode()
    for user in (owner, outsider):
        user.refresh_from_db()
        limits = flow_limits(flows.flow_of(user))
        assert (user.plan, user.priority) == (plan, -1)
        assert (limits.plan, limits.weight, limits.suspended) == ("thesis", 1.0, True)
        entry = AuditEntry.objects.get(kind="user", subject=user.pk)
        assert (entry.who, entry.reason) == (operator.email, "Exam week.")
        assert entry.before == {"plan": None, "priority": 0, "suspended": False}
        assert entry.after == {"plan": "thesis", "priority": -1, "suspended": True}


def test_a_person_without_a_change_leaves_no_entry(office: Client, owner: User, outsider: User) -> None:
    ask(office, owner, change="", priority="1", reason="Writes a thesis.")
    page = ask(office, owner, outsider, preview="", priority="1", reason="Both.").content.decode()
    assert "no, it is so already" in page
    ask(office, owner, outsider, change="", priority="1", reason="Both.")
    assert AuditEntry.objects.filter(kind="user", reason="Both.").count() == 1


def test_a_suspension_ends_and_the_default_plan_comes_back(office: Client, owner: User, plan: Plan) -> None:
    ask(office, owner, change="", plan="thesis", suspended="yes", reason="A mistake.")
    ask(office, owner, change="", plan="-", suspended="no", reason="Undone.")
    owner.refresh_from_db()
    assert owner.plan is None
    assert not flow_limits(flows.flow_of(owner)).suspended


def test_an_exception_that_is_over_does_not_come_back_with_a_suspension(office: Client, owner: User) -> None:
    flow, yesterday = flows.flow_of(owner), timezone.now() - timedelta(days=1)
    changes = {"max_in_flight": 9, "expires_at": yesterday}
    set_flow_policy(flow=flow, changes=changes, author="test", reason="for a day")
    ask(office, owner, change="", suspended="yes", reason="Floods the line.")
    limits = flow_limits(flow)
    assert (limits.suspended, limits.max_in_flight) == (True, None)


@pytest.mark.parametrize(
    "form",
    [
        {"reason": "Nothing is chosen."},
        {"priority": "1"},
        {"priority": "7", "reason": "Too high."},
        {"plan": "none such", "reason": "Mistyped."},
    ],
)
def test_nonsense_is_refused_on_the_form(office: Client, owner: User, form: dict[str, str]) -> None:
    answer = ask(office, owner, change="", **form)
    assert answer.context["form"].errors
    assert 'name="preview"' in answer.content.decode()
    assert not FlowOverride.objects.exists()


def test_what_was_chosen_is_still_there_when_one_chooses_again(office: Client, owner: User) -> None:
    page = ask(office, owner, priority="2", reason="Not sure.").content.decode()
    assert '<option value="2" selected>' in page
    assert 'value="Not sure."' in page


def test_too_many_are_sent_back_to_the_filters(
    office: Client, owner: User, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "AT_ONCE", 1)
    page = ask(office, owner, outsider, change="", priority="1", reason="All.").content.decode()
    assert "Choose at most 1 people at once" in page
    assert not FlowOverride.objects.exists()


def test_a_viewer_is_not_offered_it_and_changes_nothing(owner: User) -> None:
    watcher = signed_in(member(roles.WATCHERS))
    assert "Change plan, priority" not in watcher.get(reverse(LIST)).content.decode()
    ask(watcher, owner, change="", priority="1", reason="Curious.")
    assert not FlowOverride.objects.exists()


def test_deleting_an_account_in_the_admin_is_the_persons_own_deletion(office: Client, owner: User) -> None:
    address = reverse("admin:feedback_user_delete", args=[owner.pk])
    assert "0 documents" in office.get(address).content.decode()
    office.post(address, {"post": "yes"})
    assert not User.objects.filter(pk=owner.pk).exists()
    entry = AuditEntry.objects.get(kind="user", what="deleted")
    assert (entry.subject, entry.before["role"]) == (str(owner.pk), "student")


def test_the_only_teacher_of_a_course_is_not_deleted(office: Client) -> None:
    teacher, course = people.teacher(), people.assignment().course
    people.enrol(course, teacher, teaches=True)
    address = reverse("admin:feedback_user_delete", args=[teacher.pk])
    assert "only teacher" in office.post(address, {"post": "yes"}, follow=True).content.decode()
    assert User.objects.filter(pk=teacher.pk).exists()
