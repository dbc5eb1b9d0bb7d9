"""A limit on a view."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asgiref.sync import sync_to_async
from django.conf import settings

from limiter.algorithms.limits import Verdict
from limiter.gate.model import GateError
from limiter.named.limits import Limit
from limiter.named.settings import level_of

from .http import describe, too_many

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., Any])

logger = logging.getLogger(__name__)


def by_address(request: HttpRequest) -> str:
    """The client's address: as seen by the outermost of our own proxies, as many as LIMITS_PROXIES says.

    What stands further left in X-Forwarded-For is what the client itself claims.
    """
    proxies: int = getattr(settings, "LIMITS_PROXIES", 0)
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def by_user(request: HttpRequest) -> str:
    """The account; of strangers the address."""
    user = getattr(request, "user", None)
    return f"user:{user.pk}" if user is not None and user.is_authenticated else by_address(request)


@dataclass(frozen=True, slots=True)
class ViewLimit:
    """Decorates views, sync and async."""

    limit: Limit
    methods: Collection[str] = ()

    def __call__(self, view: View) -> View:
        return cast("View", self._later(view) if iscoroutinefunction(view) else self._now(view))

    def _now(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            verdict = self._take(request)
            return self._refusal(request, verdict) or self._described(view(request, *args, **kwargs), verdict)

        return limited

    def _later(
        self, view: Callable[..., Awaitable[HttpResponseBase]]
    ) -> Callable[..., Awaitable[HttpResponseBase]]:
        """A key may read the session, so it is asked among Django's sync code."""

        @wraps(view)
        async def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            verdict = await sync_to_async(self._take)(request)
            refusal = await sync_to_async(self._refusal)(request, verdict)
            return refusal or self._described(await view(request, *args, **kwargs), verdict)

        return limited

    def _take(self, request: HttpRequest) -> Verdict | None:
        """None: this request is not limited, or the shared store can't be asked."""
        if self.methods and request.method not in self.methods:
            return None
        try:
            return self.limit.take(request)
        except GateError as error:
            logger.log(
                level_of(error), "The limit %s can't be asked, so it lets through: %s", self.limit.name, error
            )
            return None

    def _refusal(self, request: HttpRequest, verdict: Verdict | None) -> HttpResponse | None:
        if verdict is None or verdict.allowed:
            return None
        return too_many(request, self.limit.name, self.limit.rule, verdict)

    def _described(self, response: HttpResponseBase, verdict: Verdict | None) -> HttpResponseBase:
        if verdict is not None:
            describe(response, self.limit.name, self.limit.rule, verdict)
        return response


def limit_view(
    name: str,
    *,
    key: Callable[[HttpRequest], object] = by_user,
    cost: int | Callable[[HttpRequest], int] = 1,
    methods: Collection[str] = (),
) -> ViewLimit:
    """Decorate a view, sync or async: 429 beyond the limit, and the RateLimit fields on every response.

    `methods` that count; none: all. Stacked limits each add to the fields. While the shared store can't be
    reached requests are let through: what limits a site must not take it down.
    """
    return ViewLimit(Limit(name, key, cost), methods)
