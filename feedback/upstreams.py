"""Which provider answers behind which upstream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from feedback.errors import Refused
from feedback.flows import flow_of
from feedback.providers.base import Provider
from limiter.pools import members_of

if TYPE_CHECKING:
    from feedback.models import Assignment, User
    from feedback.providers.bedrock import BedrockSettings


FLEX = "flex"  # the service tier of work that may wait: it costs less, and is served after the rest


def default_upstream() -> str:
    """Where a person's own work goes: the configured provider, or offline until there is one."""
    return str(settings.FEEDBACK_UPSTREAM)


def homes_of(owner: User, assignment: Assignment | None) -> list[str]:
    """Where this work may go, what comes first first: the default and the others of its pool, as allowed.

    Raises Refused where none is left: work never goes where it was said that it must not.
    """
    from feedback.selectors.upstreams import allowed_names

    default = default_upstream()
    allowed = allowed_names(assignment, flow_of(owner))
    homes = [each for each in members_of(default) if allowed is None or each in allowed]
    if not homes:
        raise Refused(
            _("No model that may read this work is set up here. Ask whoever runs this site."),
            field="assignment",
        )
    return homes


@cache
def provider_for(upstream: str) -> Provider:
    """The provider of an upstream, one for each process. Raises LookupError for an unknown one."""
    if upstream in settings.BEDROCK_UPSTREAMS:
        return _bedrock_at(**_way_to(upstream))
    try:
        return _FACTORIES[upstream]()
    except KeyError:
        raise LookupError(f"No provider answers behind the upstream {upstream!r}.") from None


def _bedrock() -> Provider:
    return _bedrock_at(**_way_to("bedrock"))


def bedrock_upstreams() -> dict[str, BedrockSettings]:
    """Those behind which AWS is asked, by name: the default where it is one, and what was added to it."""
    default = ["bedrock"] if default_upstream() == "bedrock" else []
    return {name: bedrock_settings(**_way_to(name)) for name in (*default, *settings.BEDROCK_UPSTREAMS)}


def tiers_of(upstream: str) -> tuple[str, ...]:
    """The service tiers, beside the usual one, that its model can be asked for."""
    return ()


def counting_id_of(upstream: str) -> str:
    """The id by which CountTokens takes its model; empty: it takes none that is known."""
    return ""


def may_wait(upstream: str) -> bool:
    """Whether work that may wait is asked for in another way there: by a tier that costs less."""
    return FLEX in tiers_of(upstream)


def tier_of(upstream: str) -> str:
    """The one that its calls ask for where their work asks for none; empty: the usual one."""
    asked = bedrock_upstreams().get(upstream)
    return asked.generation.tier if asked is not None else ""


def _way_to(upstream: str) -> dict[str, Any]:
    """What is its own: another region, model or endpoint."""
    if upstream in settings.BEDROCK_UPSTREAMS:
        return asdict(settings.BEDROCK_UPSTREAMS[upstream])
    return {"endpoint_url": settings.BEDROCK_ENDPOINT_URL or None}


def _simulated() -> Provider:
    """The same client against the simulator. Its credentials sign requests that nobody checks."""
    return _bedrock_at(
        endpoint_url=settings.SIMULATOR_URL,
        access_key_id="simulated",
        secret_access_key="simulated",  # noqa: S106 - no secret: the simulator takes any
        simulated=True,
    )


def _bedrock_at(**where: Any) -> Provider:
    from feedback.providers.bedrock import BedrockProvider

    return BedrockProvider(bedrock_settings(**where))


def bedrock_settings(**where: Any) -> BedrockSettings:
    """The configured model, or another, asked for at an endpoint and with credentials of one's choice."""
    from feedback.providers.bedrock import BedrockSettings, OutputBudgets

    usual = {"model": settings.BEDROCK_MODEL_ID, "region": settings.BEDROCK_REGION}
    return BedrockSettings(
        slots=settings.LIMITER_WORKER_SLOTS,
        total_timeout=settings.BEDROCK_CALL_SECONDS,
        budgets=OutputBudgets(ceiling=settings.BEDROCK_MAX_TOKENS),
        **{**usual, **where},
    )


def _offline() -> Provider:
    from feedback.providers.offline.provider import OfflineProvider

    return OfflineProvider()


_FACTORIES: dict[str, Callable[[], Provider]] = {
    "bedrock": _bedrock,
    "simulated": _simulated,
    "offline": _offline,
}
