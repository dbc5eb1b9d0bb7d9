from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from limiter.models.ids import UUIDv7Field

PRIORITY_RANGE = (-2, 2)


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address, kept in small letters."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields = {"is_staff": True, "is_superuser": True, "role": User.Role.OPERATOR, **fields}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("There is no time zone %(name)s."), params={"name": name})


class User(AbstractUser):
    """A person. What they may use of an upstream follows from plan and priority."""

    class Role(models.TextChoices):
        STUDENT = "student", _("Student")
        TEACHER = "teacher", _("Teacher")
        OPERATOR = "operator", _("Operator")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    id = UUIDv7Field()
    username = None  # type: ignore[assignment]
    email = models.EmailField(
        "e-mail address",
        unique=True,
        error_messages={"unique": "There is an account with this e-mail address already."},
    )
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.STUDENT)
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        blank=True,
        help_text="Empty: the browser's.",
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        blank=True,
        validators=[check_time_zone],
        help_text="Empty: the site's.",
    )
    theme = models.CharField(_("appearance"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    plan = models.ForeignKey(
        "limiter.Plan",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="Empty: the default plan.",
    )
    priority = models.SmallIntegerField(
        default=0, help_text="−2 to 2. Each step doubles or halves the user's share within a course."
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_lower_case",
                violation_error_message="Write the e-mail address in small letters.",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__range=PRIORITY_RANGE),
                name="user_priority_range",
                violation_error_message="Priority goes from −2 to 2.",
            ),
            models.CheckConstraint(
                condition=models.Q(theme__in=["system", "light", "dark"]), name="user_theme_known"
            ),
        ]

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def __str__(self) -> str:
        return self.name or self.email
