"""The usage of a run: for its row and its price, and for the gate."""

from __future__ import annotations

from dataclasses import replace

from feedback.providers.base import TokenUsage
from limiter.gate.model import Usage
from limiter.jobs.execution import Execution


def known(usage: TokenUsage, execution: Execution) -> TokenUsage:
    """The usage, marked as unmeasured where the provider took the call and gave no figures at all."""
    nothing = usage == TokenUsage() and execution.was_accepted
    return replace(usage, measured=False) if nothing else usage


def settled(usage: TokenUsage) -> Usage | None:
    """For the gate. None: what was held stays held."""
    if not usage.measured:
        return None
    return Usage(usage.input_tokens, usage.output_tokens, usage.cache_read_tokens, usage.cache_write_tokens)
