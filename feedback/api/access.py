"""The caller of a request: by a token, or by the session of a page of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from feedback.models import AccessToken, Document, KeptAnswer, Scope, User
from feedback.selectors.accounts.access_tokens import token_by_value
from feedback.selectors.accounts.shares import share_of
from feedback.services.accounts.access import open_document
from feedback.services.accounts.access_tokens import record_use
from limiter import by_address

from .idempotency import concerns
from .problems import CHALLENGE, Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, by what they are known, and what that opens. Never more than they may do themselves."""

    user: User
    scopes: frozenset[str]
    token: AccessToken | None  # None: a session


class ApiRequest(HttpRequest):
    """A request of a caller, for annotations: django-ninja sets the caller on Django's own."""

    auth: Caller
    kept_answer: KeptAnswer  # where it came with a key


def caller_of(request: HttpRequest) -> Caller | None:
    """None: a stranger. A request with a token is the token's, whatever session comes with it."""
    if not hasattr(request, "api_caller"):
        value = request.headers.get("Authorization", "")
        known = _by_token(value) if value else _by_session(request)
        request.api_caller = known  # type: ignore[attr-defined]
    caller: Caller | None = request.api_caller  # type: ignore[attr-defined]
    return caller


def _by_token(header: str) -> Caller | None:
    if header[: len(BEARER)].lower() != BEARER:
        return None
    token = token_by_value(header[len(BEARER) :].strip())
    if token is None:
        return None
    record_use(token)
    return Caller(token.owner, frozenset(token.scopes), token)


def _by_session(request: HttpRequest) -> Caller | None:
    user = request.user
    return Caller(user, frozenset(Scope.values), None) if isinstance(user, User) else None


def by_caller(request: HttpRequest) -> str:
    """The key of limits: a person, whatever tokens they have; of strangers the address."""
    caller = caller_of(request)
    return f"user:{caller.user.pk}" if caller else by_address(request)


class TokenAuth(HttpBearer):
    """An access token, in the field Authorization."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller | None:
        caller = caller_of(request)
        if caller is None or caller.token is None:
            return None
        if self.scope not in caller.scopes:
            challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{self.scope.value}"'
            words = f"The token lacks the scope “{self.scope.value}”."
            raise Problem(Kind.SCOPE, words, headers={"WWW-Authenticate": challenge}, scope=self.scope.value)
        if share_of(caller.user).suspended:
            raise Problem(Kind.SUSPENDED)
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise NotImplementedError  # __call__ does it


class SessionAuth(APIKeyCookie):
    """The session of a page of ours, which sends its token against forgery with all that changes anything."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Caller | None:
        caller = caller_of(request)
        if caller is None or caller.token is not None:
            return None
        if check_csrf(request):
            raise Problem(Kind.FORGED)
        return caller

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        raise NotImplementedError  # __call__ does it


def needs(scope: Scope) -> list[Callable[[HttpRequest], Caller | None]]:
    """The ways in for an operation: a token with this scope, or a session."""
    return [TokenAuth(scope), SessionAuth()]


READ, WRITE, OPERATE = needs(Scope.READ), needs(Scope.WRITE), needs(Scope.OPERATE)


def own_document(request: ApiRequest, document_id: UUID) -> Document:
    """The caller's own. Raises Http404 for a foreign one and a missing one alike."""
    try:
        document = open_document(request.auth.user, document_id)
    except Document.DoesNotExist:
        raise Http404("no such document of yours") from None
    concerns(request, document)
    return document
