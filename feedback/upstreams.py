"""Which provider answers behind which upstream."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings

from feedback.providers.base import Provider


def default_upstream() -> str:
    """Where a person's own work goes: the configured provider, or offline until there is one."""
    return str(settings.FEEDBACK_UPSTREAM)


@cache
def provider_for(upstream: str) -> Provider:
    """The provider of an upstream, one for each process. Raises LookupError for an unknown one."""
    try:
        return _FACTORIES[upstream]()
    except KeyError:
        raise LookupError(f"No provider answers behind the upstream {upstream!r}.") from None


def _bedrock() -> Provider:
    return _bedrock_at(endpoint_url=settings.BEDROCK_ENDPOINT_URL or None)


def _simulated() -> Provider:
    """The same client against the simulator. Its credentials sign requests that nobody checks."""
    return _bedrock_at(
        endpoint_url=settings.SIMULATOR_URL,
        access_key_id="simulated",
        secret_access_key="simulated",  # noqa: S106 - no secret: the simulator takes any
        simulated=True,
    )


def _bedrock_at(**where: Any) -> Provider:
    from feedback.providers.bedrock import BedrockProvider, BedrockSettings, OutputBudgets

    return BedrockProvider(
        BedrockSettings(
            model=settings.BEDROCK_MODEL_ID,
            region=settings.BEDROCK_REGION,
            slots=settings.LIMITER_WORKER_SLOTS,
            total_timeout=settings.BEDROCK_CALL_SECONDS,
            budgets=OutputBudgets(ceiling=settings.BEDROCK_MAX_TOKENS),
            **where,
        )
    )


def _offline() -> Provider:
    from feedback.providers.offline import OfflineProvider

    return OfflineProvider()


_FACTORIES: dict[str, Callable[[], Provider]] = {
    "bedrock": _bedrock,
    "simulated": _simulated,
    "offline": _offline,
}
