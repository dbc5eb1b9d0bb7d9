"""A code of an authenticator app is taken once (RFC 6238, 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache

if TYPE_CHECKING:
    from feedback.models import User


class _Once(BaseAuthenticateForm):  # type: ignore[misc]
    """django-allauth remembers for one time step a code that it takes for three."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not _use_up(self.user, code):
            self._emit_authentication_failed(self.authenticator)
            raise get_adapter().validation_error("incorrect_code")
        return code


class Authenticate(_Once, AuthenticateForm):  # type: ignore[misc]
    pass


class Reauthenticate(_Once, ReauthenticateForm):  # type: ignore[misc]
    pass


class Activate(ActivateTOTPForm):  # type: ignore[misc]
    """The code that sets an app up is used up by that."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        _use_up(self.user, code)
        return code


def _use_up(user: User, code: str) -> bool:
    """False: it was used before."""
    digits = "".join(sign for sign in code if sign.isdigit())  # "123 456" is the same code
    steps = 1 + 2 * app_settings.TOTP_TOLERANCE
    return cache.add(f"second-factor:{user.pk}:{digits}", True, timeout=steps * app_settings.TOTP_PERIOD)
