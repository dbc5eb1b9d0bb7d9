"""Signing in, and what else could be used to guess or to flood: limited by address and by account.

django-axes locks an account's guesser out (accounts/lockout.py); these limits stand before it, so that a
flood never reaches the password's hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account import views as account
from allauth.mfa.base import views as second_factor

from limiter import by_address, limit_view

from . import invited

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

POST = ("POST",)


def by_account(request: HttpRequest) -> str:
    """The name as it was typed: a refusal is the same with and without an account."""
    return request.POST.get("login", "").strip().casefold()


def by_mailbox(request: HttpRequest) -> str:
    """The address that would get a mail; an invitation has its own, which is fixed, and sends none."""
    typed = request.POST.get("email", "").strip().casefold()
    return typed or str(request.session.get(invited.KEY, "")) or by_address(request)


def by_pending_account(request: HttpRequest) -> str:
    """The account with the right password, which now asks for its second factor."""
    pending = request.session.get("account_login")
    return str(pending.get("user_pk", "")) if isinstance(pending, dict) else by_address(request)


@limit_view("sign-in-address", key=by_address, methods=POST)
@limit_view("sign-in-account", key=by_account, methods=POST)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = account.login(request)
    return answer


@limit_view("second-factor", key=by_pending_account, methods=POST)
def second_step(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = second_factor.authenticate(request)
    return answer


@limit_view("mail-address", key=by_address, methods=POST)
@limit_view("mail-account", key=by_mailbox, methods=POST)
def sign_up(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = account.signup(request)
    return answer


@limit_view("mail-address", key=by_address, methods=POST)
@limit_view("mail-account", key=by_mailbox, methods=POST)
def forgotten(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = account.password_reset(request)
    return answer


@limit_view("mail-account", methods=POST)
def new_address(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = account.email(request)
    return answer


@limit_view("second-factor", methods=POST)
def once_more(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = account.reauthenticate(request)
    return answer


@limit_view("second-factor", methods=POST)
def once_more_by_code(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = second_factor.reauthenticate(request)
    return answer
