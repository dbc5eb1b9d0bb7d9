from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models.codes import codes
from limiter.models.ids import UUIDv7Field

# Where a text may be read: geographies of AWS's profiles; "here" is a server that our operators named.
GEOGRAPHIES = (
    "eu", "us", "ca", "jp", "au", "in", "apac", "sa", "me", "af", "il", "mx", "us-gov", "global", "here",
)  # fmt: skip


class Urgency(models.TextChoices):
    """The urgency of feedback: now, or during the night."""

    NOW = "now", _("As soon as there is room")
    TONIGHT = "tonight", _("Tonight is soon enough")


class Course(models.Model):
    """A group of people that shares an upstream with other groups by weight."""

    id = UUIDv7Field()
    name = models.CharField(max_length=200, unique=True)
    weight = models.FloatField(default=1.0, help_text="Share against other courses that wait; 1 is normal.")
    allowed_upstreams = codes(help_text="Names of the upstreams its work may go to. Empty: any.")
    allowed_geographies = codes(
        help_text="Where its texts may be read: eu, us, ..., global, here (our own server). Empty: anywhere."
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="courses")
    urgency = models.CharField(
        max_length=8,
        choices=Urgency,
        blank=True,
        help_text="How soon its feedback is wanted. Work that may wait is asked for at a lower price, where"
        " the model has one. Empty: students choose.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when nothing new is handed in. Empty: it goes on."
    )

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(weight__gt=0),
                name="course_weight_positive",
                violation_error_message="A course needs a weight above 0.",
            ),
            models.CheckConstraint(
                condition=models.Q(urgency__in=["", "now", "tonight"]), name="course_urgency_known"
            ),
            models.CheckConstraint(
                condition=models.Q(allowed_geographies__contained_by=[*GEOGRAPHIES]),
                name="course_geographies_known",
                violation_error_message=f"A geography is one of {', '.join(GEOGRAPHIES)}.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Welcome(models.TextChoices):
    """The state of the mail that says to a new member how to sign in."""

    DUE = "due", _("Mail on its way")
    SENDING = "sending", _("Mail on its way")
    SENT = "sent", _("Mail sent")
    REFUSED = "refused", _("Mail refused")
    UNCERTAIN = "uncertain", _("Mail may not have arrived")


class Membership(models.Model):
    """A person's part in a course: as a student or as a teacher."""

    class Role(models.TextChoices):
        STUDENT = "student", _("Student")
        TEACHER = "teacher", _("Teacher")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.STUDENT)
    welcome = models.CharField(
        max_length=9,
        choices=Welcome,
        blank=True,
        default="",
        db_default="",
        help_text="Empty: came without a list.",
    )
    welcome_at = models.DateTimeField(null=True, blank=True)  # since when that is so

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(welcome__in=["", *Welcome.values]), name="membership_welcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(welcome="", welcome_at__isnull=True)
                | (~models.Q(welcome="") & models.Q(welcome_at__isnull=False)),
                name="membership_welcome_has_its_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["student", "teacher"]), name="membership_role_known"
            ),
        ]
        indexes: ClassVar = [
            # teaching.welcomes: who is still to get a mail.
            models.Index(
                fields=["welcome_at"],
                condition=models.Q(welcome__in=["due", "sending"]),
                name="membership_welcome_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.course}"


class Assignment(models.Model):
    """A piece of writing that a course asks for, with its readers and its criteria."""

    id = UUIDv7Field()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="assignments")
    title = models.CharField(max_length=200)
    instructions = models.TextField(blank=True)
    audience = models.CharField(max_length=200, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    allowed_upstreams = models.JSONField(
        default=list, blank=True, help_text="Names of the upstreams its work may go to. Empty: any."
    )
    reviewed = models.BooleanField(
        default=False,
        help_text="A teacher reads the feedback first and releases it; for what is handed in from now on.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["course", "title"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "title"], name="assignment_title_once_a_course"),
        ]

    def __str__(self) -> str:
        return self.title


class Criterion(models.Model):
    """One line of an assignment's rubric."""

    id = UUIDv7Field()
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    levels = models.JSONField(default=list, blank=True, help_text="Names of the levels, weakest first.")

    class Meta:
        ordering: ClassVar = ["assignment", "position"]
        verbose_name_plural = "criteria"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assignment", "position"],
                name="criterion_position_once",
                deferrable=models.Deferrable.DEFERRED,  # rows change places within one transaction
            ),
        ]

    def __str__(self) -> str:
        return self.name
