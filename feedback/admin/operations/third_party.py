"""Tables of packages that we use, in our look: what an operator needs of them, and kept in the audit log.

Their own pages save unheard, search by a sign-in name that our people don't have, or show secrets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group

from feedback.admin.lists.audited import Audited
from feedback.admin.lists.readonly import ReadOnly
from limiter.admin.classes import ModelAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest

PACKAGES = (
    "allauth.account", "allauth.mfa", "allauth.socialaccount", "allauth.usersessions", "axes",
    "django.contrib.auth",
)  # fmt: skip
OURS = (Group, EmailAddress, Authenticator, SocialAccount, UserSession, AccessAttempt)
NOBODYS = (SocialApp, SocialToken, AccessLog, AccessFailureLog)  # settings and logs say what these hold

for package in PACKAGES:  # they register when they are imported: before that nothing can be taken back
    import_module(f"{package}.admin")
admin.site.unregister([*OURS, *NOBODYS])


@admin.register(Group)
class GroupAdmin(Audited, ModelAdmin[Group]):
    """Rights. Our own groups are written anew by every migration: others need another name."""

    search_fields = ("name",)


class Removable(Audited, ReadOnly, ModelAdmin[Any]):
    """Admin of rows that packages write, and an operator may take away."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.delete_{self.opts.model_name}")


@admin.register(EmailAddress)
class EmailAddressAdmin(Removable):
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    list_select_related = ("user",)
    search_fields = ("email",)


class OfAPerson(Removable):
    """Admin of rows that belong to a person, found by them; a row's page shows what its list shows."""

    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        return self.list_display


@admin.register(Authenticator)
class AuthenticatorAdmin(OfAPerson):
    """Second factors, without their secrets. To take a lost one away lets its owner sign in again."""

    list_display = ("user", "type", "created_at", "last_used_at")


@admin.register(SocialAccount)
class SocialAccountAdmin(OfAPerson):
    list_display = ("user", "provider", "uid", "last_login", "date_joined")
    list_filter = ("provider",)


@admin.register(UserSession)
class UserSessionAdmin(OfAPerson):
    """Admin of sessions. To take one away does not end it: a new password does."""

    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")


@admin.register(AccessAttempt)
class AccessAttemptAdmin(Removable):
    """Failed tries to sign in. To take them away is to lift a lock."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "user_agent")
    list_filter = ("attempt_time",)
    search_fields = ("username", "ip_address")
    fields = list_display
