"""Signing in: by the form, and as it leaves a session behind, without it."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from playwright.sync_api import BrowserContext, Page

from feedback.models import User
from tests.e2e.site import Site


def session_of(user: User) -> str:
    """The key of a new session, of this minute: no page asks for the password once more."""
    session = SessionStore()
    session.update({
        "_auth_user_id": str(user.pk),
        "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[-1],
        "_auth_user_hash": user.get_session_auth_hash(),
    })  # fmt: skip
    request = HttpRequest()
    request.session = session
    record_authentication(request, user, method="password", reauthenticated=True)
    session.save()
    return str(session.session_key)


def sign_in(context: BrowserContext, site: Site, user: User | None) -> None:
    """None: as a stranger."""
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    if user is not None:
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": site.url}
        context.add_cookies([cookie])  # type: ignore[list-item]


def fill_in(page: Page, address: str, password: str) -> None:
    """The form of the sign-in page, which is open; `give_password` sends it, too."""
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(password)


def give_password(page: Page, address: str, password: str) -> None:
    fill_in(page, address, password)
    page.get_by_role("button", name="Sign in", exact=True).click()
