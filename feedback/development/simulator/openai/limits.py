"""The x-ratelimit headers, where a model has a quota (OpenAI's guide, "Rate limits")."""

from __future__ import annotations

from collections.abc import Mapping

from feedback.development.simulator.account.quota import Left


def limit_headers(left: Mapping[str, Left]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name in ("requests", "tokens"):
        if (limit := left.get(name)) is not None:
            headers[f"x-ratelimit-limit-{name}"] = f"{limit.limit:.0f}"
            headers[f"x-ratelimit-remaining-{name}"] = f"{max(limit.remaining, 0):.0f}"
            headers[f"x-ratelimit-reset-{name}"] = _duration(limit.full_in)
    return headers


def _duration(seconds: float) -> str:
    """As OpenAI writes it: 20ms, 1.5s, 6m0s."""
    if seconds < 1:
        return f"{max(seconds, 0) * 1000:.0f}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f}m{rest:.0f}s" if minutes else f"{rest:.3g}s"
