"""What an operator may want to know later is in the audit log: what they did, and what others did."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from feedback.admin.lists.audited import Audited
from feedback.dispatch import flows
from feedback.models import Assignment, AuditEntry, Membership, User
from feedback.services.accounts import erasure, invitations
from feedback.services.teaching import courses, review, roster
from limiter.admin.asking import ServiceAdmin
from limiter.services import forget_flow, set_flow_policy
from tests.factories import people, reading
from tests.factories.work import a_document
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def newest() -> AuditEntry:
    entry = AuditEntry.objects.first()
    assert entry is not None
    return entry


def may_save(page: admin.ModelAdmin[Any]) -> bool:
    """Whether anybody at all may add, change or delete there."""

    class Everybody:
        user = type("Somebody", (), {"has_perm": lambda *_: True, "has_module_perms": lambda *_: True})()

    rights = (page.has_add_permission, page.has_change_permission, page.has_delete_permission)
    return any(right(Everybody()) for right in rights)  # type: ignore[arg-type]


def test_every_page_of_the_admin_that_saves_keeps_what_was() -> None:
    reverse("admin:index")  # the pages are registered with the URLs
    saving = {model._meta.label: page for model, page in admin.site._registry.items() if may_save(page)}
    untold = {label for label, page in saving.items() if not isinstance(page, Audited | ServiceAdmin)}
    assert untold == set()


def test_rights_of_a_group_are_kept(operator: User) -> None:
    signed_in(operator).post(reverse("admin:auth_group_add"), {"name": "Helpers"})
    assert Group.objects.filter(name="Helpers").exists()
    assert (newest().who, newest().kind, newest().after["name"]) == (operator.email, "group", "Helpers")


def test_a_release_is_kept_without_what_it_says(owner: User, teacher: User, assignment: Assignment) -> None:
    document = reading.a_read_document(owner, assignment=assignment, reviewed=True)
    review.release(document, by=teacher, grade="B", note="Come and see me.")
    entry = newest()
    assert (entry.who, entry.what, entry.subject) == (teacher.email, "released", str(document.pk))
    assert entry.before == {"released": False}
    assert entry.after == {"released": True, "changed": ["grade", "note"]}
    review.release(document, by=teacher, grade="A", note="Come and see me.")
    assert (newest().before, newest().after["changed"]) == ({"released": True}, ["grade"])
    assert "Come" not in str(newest().after)


def test_an_import_of_members_is_kept_by_their_keys(
    owner: User, teacher: User, assignment: Assignment
) -> None:
    course = assignment.course
    text = f"new@example.org,New,student\n{owner.email},Olive,teacher\n"
    roster.write(roster.read_text(text, course=course, by=teacher), course=course, by=teacher)
    new = User.objects.get(email="new@example.org")
    entry = newest()
    assert (entry.who, entry.kind, entry.subject) == (teacher.email, "course", str(course.pk))
    assert entry.after == {"joined as student": [str(new.pk)], "role is teacher": [str(owner.pk)]}


def test_what_becomes_of_a_course_and_its_members_is_kept(
    owner: User, teacher: User, assignment: Assignment
) -> None:
    course, member = assignment.course, Membership.objects.get(user=owner)
    courses.rename(course=course, name="Rhetoric II", by=teacher)
    courses.archive(course, by=teacher)
    courses.archive(course, by=teacher)
    courses.take_up_again(course, by=teacher)
    courses.set_role(member, Membership.Role.TEACHER, by=teacher)
    courses.remove_member(member, by=teacher)
    entries = AuditEntry.objects.filter(kind="course", subject=course.pk)
    done = ["removed a member", "changed a member", "taken up again", "archived", "renamed"]
    assert [entry.what for entry in entries] == done
    assert entries[0].before == {"member": str(owner.pk), "role": "teacher"}


def test_invitations_are_kept_without_the_address(teacher: User, assignment: Assignment) -> None:
    guest = people.student(email="guest@example.org")
    invitation, _token = invitations.invite(
        email=guest.email, role="student", course=assignment.course, by=teacher
    )
    assert invitations.accept(invitation, guest)
    accepted, invited = AuditEntry.objects.filter(kind="invitation")
    assert (invited.who, invited.what, accepted.what) == (teacher.email, "invited", "accepted")
    assert accepted.who == flows.flow_of(guest)
    assert "guest@" not in f"{invited.after}{accepted.after}"


def test_a_deletion_is_kept_by_a_key_that_says_nothing(owner: User) -> None:
    document, flow, address = a_document(owner), flows.flow_of(owner), owner.email
    erasure.delete_document(document, by=owner)
    erasure.delete_account(owner)
    account, text = AuditEntry.objects.filter(what="deleted")
    assert (text.kind, text.subject, text.who) == ("document", str(document.pk), flow)
    assert (account.kind, account.who, account.before["documents"]) == ("user", flow, 0)
    assert address not in str(list(AuditEntry.objects.values()))


def test_exceptions_that_are_taken_away_are_kept(redis_client: redis.Redis) -> None:
    set_flow_policy(flow="user:1", changes={"max_in_flight": 3}, author="ann", reason="a try")
    assert forget_flow(flow="user:1", author="ann", reason="it is over")
    assert not forget_flow(flow="user:1", author="ann", reason="it is over")
    assert (newest().what, newest().before["max_in_flight"], newest().after) == ("removed", 3, {})


def sign_in(user: User) -> None:
    data = {"login": user.email, "password": people.PASSWORD}
    assert Client().post(reverse("login"), data).status_code == 302


def test_that_staff_signed_in_is_kept_and_that_students_did_is_not(owner: User, operator: User) -> None:
    for user in (owner, operator):
        sign_in(user)
    entry = AuditEntry.objects.get(what="signed in")
    assert (entry.who, entry.subject) == (operator.email, str(operator.pk))
