"""The providers behind the upstreams."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from feedback.dispatch.flows import flow_of
from feedback.errors import Refused
from feedback.models import Endpoint
from feedback.providers.base import Provider
from feedback.selectors.upstreams import endpoints
from feedback.selectors.upstreams.endpoints import Target
from limiter.configuration.pools import members_of

if TYPE_CHECKING:
    from feedback.models import Assignment, User
    from feedback.providers.bedrock import BedrockSettings
    from feedback.providers.openai_compatible import CompatibleSettings


FLEX = "flex"  # the service tier of work that may wait: it costs less, and is served after the rest


def default_upstream() -> str:
    """Where a person's own work goes: the configured provider, or offline until there is one."""
    return str(settings.FEEDBACK_UPSTREAM)


def homes_of(owner: User, assignment: Assignment | None) -> list[str]:
    """Where this work may go, what comes first first: the default and the others of its pool, as allowed.

    Raises Refused where none is left: work never goes where it must not.
    """
    from feedback.selectors.upstreams.upstreams import allowed_names

    default = default_upstream()
    allowed = allowed_names(assignment, flow_of(owner))
    homes = [each for each in members_of(default) if allowed is None or each in allowed]
    if not homes:
        raise Refused(
            _("No model that may read this work is set up here. Ask whoever runs this site."),
            field="assignment",
        )
    return homes


_lock = threading.Lock()
_providers: dict[str, tuple[object, Provider]] = {}


def provider_for(upstream: str) -> Provider:
    """The provider of an upstream as it is set up now; one for each process until that changes.

    Raises LookupError for an unknown one.
    """
    if upstream in _FACTORIES:
        return _kept(upstream, None, _FACTORIES[upstream])
    target = endpoints.target_of(upstream)
    return _kept(upstream, target, lambda: _provider_at(target))


def _kept(upstream: str, wanted: object, make: Callable[[], Provider]) -> Provider:
    with _lock:
        made_for, provider = _providers.get(upstream, (None, None))
        if provider is not None and made_for == wanted:
            return provider
        if provider is not None:
            provider.close()  # calls that run under it go on
        provider = make()
        _providers[upstream] = (wanted, provider)
        return provider


def forget_providers() -> None:
    """Have this process look again at how each upstream is set up."""
    endpoints.forget()
    with _lock:
        for _, provider in _providers.values():
            provider.close()
        _providers.clear()


def tiers_of(upstream: str) -> tuple[str, ...]:
    """The service tiers, beside the usual one, that its model has and was not seen to refuse."""
    target = _target(upstream)
    tiers = endpoints.tiers_of(upstream) if target is not None else ()
    if not (target and tiers) or "tier" in endpoints.learnt_refusals(upstream, target.model_id):
        return ()
    return tiers


def may_wait(upstream: str) -> bool:
    """Whether work that may wait is asked for in another way there: by a tier that costs less."""
    return FLEX in tiers_of(upstream)


def tier_of(upstream: str) -> str:
    """The one that its calls ask for where their work asks for none; empty: the usual one."""
    target = _target(upstream)
    return target.generation.tier if target is not None else ""


def counting_id_of(upstream: str) -> str:
    """The id by which CountTokens takes its model; empty: it takes none that is known."""
    target = _target(upstream)
    return target.facts.count_tokens_id if target is not None else ""


def _target(upstream: str) -> Target | None:
    """None: no model is called there, or not as it is set up."""
    try:
        return endpoints.target_of(upstream)
    except (LookupError, ValueError):
        return None


def _provider_at(target: Target) -> Provider:
    if target.provider == Endpoint.Provider.OPENAI_COMPATIBLE:
        from feedback.providers.openai_compatible.provider import CompatibleProvider

        return CompatibleProvider(compatible_settings(target))
    from feedback.providers.bedrock import BedrockProvider

    return BedrockProvider(bedrock_settings(target))


def compatible_settings(target: Target) -> CompatibleSettings:
    """The settings of a target for the openai_compatible provider. The key stays in its variable."""
    from feedback.providers.openai_compatible import CompatibleSettings

    return CompatibleSettings(
        model=target.model_id,
        base_url=target.address,
        api_key_variable=target.key_variable,
        slots=settings.LIMITER_WORKER_SLOTS,
        total_timeout=settings.BEDROCK_CALL_SECONDS,
        generation=target.generation,
        budgets=target.budgets,
    )


def bedrock_settings(target: Target) -> BedrockSettings:
    """The settings of a target for the bedrock provider."""
    from feedback.providers.bedrock import BedrockSettings

    return BedrockSettings(
        model=target.model_id,
        region=target.region,
        endpoint_url=target.address or None,
        profile=target.credentials_profile,
        role=target.credentials_role,
        slots=settings.LIMITER_WORKER_SLOTS,
        total_timeout=settings.BEDROCK_CALL_SECONDS,
        generation=target.generation,
        budgets=target.budgets,
        **(_FOR_THE_SIMULATOR if target.provider == Endpoint.Provider.SIMULATED else {}),
    )


# Its credentials sign requests that are not verified.
_FOR_THE_SIMULATOR: dict[str, Any] = {
    "access_key_id": "simulated",
    "secret_access_key": "simulated",
    "simulated": True,
}


def _offline() -> Provider:
    from feedback.providers.offline.provider import OfflineProvider

    return OfflineProvider()


_FACTORIES: dict[str, Callable[[], Provider]] = {"offline": _offline}
