from __future__ import annotations

from django.urls import path

from . import assignments, bank, calibration, courses, members, overview, review

COURSE = "courses/<uuid:course_id>/"
MEMBER = f"{COURSE}members/<int:member_id>/"
ASSIGNMENT = "assignments/<uuid:assignment_id>/"
TEXT = "texts/<uuid:document_id>/"

urlpatterns = [
    path("", courses.courses, name="teaching"),
    path("courses/new/", courses.new_course, name="teaching-new-course"),
    path(COURSE, courses.course, name="teaching-course"),
    path(f"{COURSE}edit/", courses.edit_course, name="teaching-edit-course"),
    path(f"{COURSE}archive/", courses.archive_course, name="teaching-archive-course"),
    path(f"{COURSE}members/", members.members, name="teaching-members"),
    path(f"{COURSE}members/import/", members.import_members, name="teaching-import"),
    path(f"{MEMBER}role/", members.set_role, name="teaching-role"),
    path(f"{MEMBER}remove/", members.remove_member, name="teaching-remove-member"),
    path(f"{MEMBER}welcome/", members.welcome_member, name="teaching-welcome"),
    path(f"{COURSE}assignments/new/", assignments.new_assignment, name="teaching-new-assignment"),
    path(ASSIGNMENT, overview.assignment, name="teaching-assignment"),
    path(f"{ASSIGNMENT}outlook/", overview.outlook, name="teaching-outlook"),
    path(f"{ASSIGNMENT}edit/", assignments.edit_assignment, name="teaching-edit-assignment"),
    path(f"{ASSIGNMENT}read/", overview.begin, name="teaching-begin"),
    path(f"{ASSIGNMENT}release/", overview.release_many, name="teaching-release-many"),
    path(f"{ASSIGNMENT}calibration/", calibration.calibration, name="teaching-calibration"),
    path(f"{ASSIGNMENT}calibration/correct/", calibration.correct, name="teaching-calibration-correct"),
    path(f"{ASSIGNMENT}calibration/stop/", calibration.stop, name="teaching-calibration-stop"),
    path(f"{ASSIGNMENT}calibration/<uuid:document_id>/", calibration.text, name="teaching-calibration-text"),
    path("bank/", bank.bank, name="teaching-bank"),
    path("bank/keep/", bank.keep, name="teaching-bank-keep"),
    path("bank/<uuid:key>/forget/", bank.forget, name="teaching-bank-forget"),
    path(f"{TEXT}comments/<uuid:comment_id>/give/", bank.give, name="teaching-give"),
    path(TEXT, review.show, name="teaching-review"),
    path(f"{TEXT}save/", review.keep, name="teaching-save"),
    path(f"{TEXT}undo/", review.undo, name="teaching-undo"),
    path(f"{TEXT}read/", review.read, name="teaching-read"),
    path(f"{TEXT}release/", review.release, name="teaching-release"),
]
