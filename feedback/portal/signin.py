"""Signing in: limited by where it comes from and by the account that it tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.views import LoginView

from limiter import by_address, limit_view

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


def by_account(request: HttpRequest) -> str:
    """The name as it was typed, whoever it belongs to: a refusal says nothing about who has an account."""
    return request.POST.get("username", "").strip().casefold()


@limit_view("sign-in-address", key=by_address, methods=("POST",))
@limit_view("sign-in-account", key=by_account, methods=("POST",))
def sign_in(request: HttpRequest) -> HttpResponseBase:
    return LoginView.as_view(redirect_authenticated_user=True)(request)
