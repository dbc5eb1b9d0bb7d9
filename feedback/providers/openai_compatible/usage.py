"""The usage of a call, from a chunk's figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..base import TokenUsage

MOST = 10**9  # tokens; a larger figure is none
USUAL_TIERS = ("default", "auto", "standard", "on_demand")


def usage_in(chunk: Mapping[str, Any]) -> TokenUsage | None:
    """The figures of a chunk that has some. None: there are none (many chunks say `"usage": null`).

    prompt_tokens counts what was read from a cache too, TokenUsage counts that apart. A figure of zero for
    the prompt is none: servers send it before they know, and Ollama for a prompt that it had in its cache.
    """
    counts = chunk.get("usage")
    if not isinstance(counts, dict):
        return None
    prompt, written = _count(counts, "prompt_tokens"), _count(counts, "completion_tokens")
    if not prompt:
        return None
    details = counts.get("prompt_tokens_details")
    cached = min(_count(details, "cached_tokens") if isinstance(details, dict) else 0, prompt)
    return TokenUsage(input_tokens=prompt - cached, output_tokens=written, cache_read_tokens=cached)


def tier_of(chunk: Mapping[str, Any]) -> str:
    """The service tier that served the call; empty: the usual one, or none named."""
    tier = chunk.get("service_tier")
    return tier[:32] if isinstance(tier, str) and tier not in USUAL_TIERS else ""


def _count(counts: Mapping[str, Any], name: str) -> int:
    value = counts.get(name)
    return value if type(value) is int and 0 <= value <= MOST else 0
