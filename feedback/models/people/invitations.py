from __future__ import annotations

import hashlib
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from limiter.models.ids import UUIDv7Field


class Invitation(models.Model):
    """Leave to open an account with one address, or to join a course. Used once, and only for a while."""

    class Role(models.TextChoices):
        STUDENT = "student", _("Student")
        TEACHER = "teacher", _("Teacher")

    id = UUIDv7Field()
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role, default=Role.STUDENT)
    course = models.ForeignKey(
        "feedback.Course", null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256; the mail alone holds the token
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="invitations"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="accepted_invitations"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["student", "teacher"]), name="invitation_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
            # One that waits for an address and a course (or none): a second one takes its place.
            models.UniqueConstraint(
                fields=["email", "course"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once_a_course",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(course=None, accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once_without_course",
            ),
        ]
        indexes: ClassVar = [
            # selectors.invitations.sent_by: the newest of one person.
            models.Index(fields=["invited_by", "-created_at"], name="invitation_by_person"),
        ]

    def __str__(self) -> str:
        return self.email

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and not self.has_expired()

    def has_expired(self, now: datetime | None = None) -> bool:
        return self.expires_at <= (now or timezone.now())
