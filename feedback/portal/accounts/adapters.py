"""Adapters of django-allauth, with the rules of this site."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import get_connection
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from feedback.base.mail import SECONDS, hand_over
from feedback.base.sending import NotSent, Uncertain
from feedback.models import User
from feedback.services.accounts.people import vouch_for_address

from . import invited, secrets
from .domains import any_domain, may_be_sent
from .lockout import address_of

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin
    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

NOT_SENT = _("The e-mail could not be sent. Try again in a few minutes.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and this password do not belong together."),
        "account_inactive": _("This account is closed."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return any_domain() or invited.invitation_of(request) is not None

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        user.name = form.cleaned_data.get("name", "") or user.name
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def pre_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse | None:
        vouch_for_address(user)
        answer: HttpResponse | None = super().pre_login(request, user, **how)
        return answer

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        invited.accept(request, user)
        answer: HttpResponse = super().post_login(request, user, **how)
        return answer

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it; where the mail server is away, the next page has a message, and this one no error."""
        request = _request()
        known = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        mail = self.render_mail(template_prefix, email, known)
        mail.connection = get_connection(timeout=SECONDS)
        try:
            hand_over(mail)
        except (NotSent, Uncertain) as error:
            logger.warning("A mail (%s) could not be sent: %s", template_prefix, error)
            messages.error(request, str(NOT_SENT))


def _request() -> HttpRequest:
    request: HttpRequest = context.request
    return request


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The adapter of a university's identity provider: the people that it sends may have an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        name = data.get("name") or f"{data.get('first_name') or ''} {data.get('last_name') or ''}"
        user.name = name.strip()[: User._meta.get_field("name").max_length]
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Turn back addresses of other domains, also with an account that was opened before the rule."""
        email = next((each.email for each in sociallogin.email_addresses), "")
        if not may_be_sent(email):
            raise ImmediateHttpResponse(_turned_back(request, email))
        # Before its password would be taken from an account with an unconfirmed address.
        if sociallogin.is_existing and sociallogin.user.pk:
            vouch_for_address(sociallogin.user)

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: object) -> str:
        return reverse("socialaccount_connections")


def _turned_back(request: HttpRequest, email: str) -> HttpResponse:
    context = {"email": email, "domains": ", ".join(settings.OIDC_DOMAINS), "provider": settings.OIDC_NAME}
    return render(request, "socialaccount/turned_back.html", context, status=403)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return secrets.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text)
