"""The bedrock provider: one request, one streamed call, one validated answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from ..base import Aborted, Call, Estimate, Event, ProviderError, Request, TimedOut, TokenUsage
from ..deadlines import Deadlines
from ..prompting.budgets import class_of
from ..prompting.estimate import TOOL_PREAMBLE_TOKENS, estimate_tokens
from ..prompting.prompt import SYSTEM, message_parts, user_message
from ..prompting.schema import tool_config
from .client import build_client
from .errors import RAISED, translate
from .settings import BedrockSettings
from .stream import read_events
from .wire import Cut, Wire


def _digest(prompt: str) -> str:
    """Changes with every change of the prompt, so that nobody has to remember to count."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:12]


class BedrockProvider:
    """Shared by all threads of a worker. Costs one thread, for the deadlines of all calls together."""

    name = "bedrock"

    def __init__(self, settings: BedrockSettings) -> None:
        self.settings = settings
        self.simulated = settings.simulated
        self.model = settings.model
        self._client = build_client(settings)
        self._deadlines = Deadlines()
        self._tools = tool_config()
        self.version = f"{settings.model} {_digest(SYSTEM + json.dumps(self._tools))}"
        self._fixed_tokens = TOOL_PREAMBLE_TOKENS + estimate_tokens(SYSTEM + json.dumps(self._tools))

    def estimate(self, request: Request) -> Estimate:
        """See estimate.py for how, and which way it errs."""
        tokens = self._fixed_tokens + estimate_tokens(user_message(request))
        budgets = self.settings.budgets
        return Estimate(
            input_tokens=tokens,
            max_tokens=budgets.max_tokens(request),
            ceiling=budgets.most(request),
            output_class=class_of(request),
        )

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        """Accepted, then deltas, then Finished; raises ProviderError. Closing the iterator ends the call.

        An abort wakes a read that blocks, whether for the first byte or in the middle of the answer.
        """
        wire = Wire()
        call.on_abort(lambda: wire.sever(Cut.ABORTED))
        if wire.severed:
            raise Aborted
        try:
            with self._deadlines.limit(self.settings.total_timeout, lambda: wire.sever(Cut.DEADLINE)):
                yield from self._events(request, call, wire)
        except ProviderError as error:
            raise self._cut_short(wire, error.usage) or error from None
        except RAISED as error:
            raise self._cut_short(wire) or translate(error) from error
        finally:
            wire.release()

    def close(self) -> None:
        """Give back the pooled connections."""
        self._client.close()

    def _events(self, request: Request, call: Call, wire: Wire) -> Iterator[Event]:
        with wire.carrying():
            response = self._client.converse_stream(**self._arguments(request, call))
        with closing(response["stream"]) as events:
            yield from read_events(events, request, self.settings.model)

    def _cut_short(self, wire: Wire, usage: TokenUsage | None = None) -> ProviderError | None:
        """A severed wire makes all kinds of errors; why it was severed is the reason that counts."""
        match wire.severed:
            case Cut.ABORTED:
                return Aborted(usage=usage)
            case Cut.DEADLINE:
                return TimedOut(f"The call was cut after {self.settings.total_timeout:g} s.", usage=usage)
        return None

    def _arguments(self, request: Request, call: Call) -> dict[str, Any]:
        longest = call.max_tokens or self.settings.budgets.max_tokens(request)
        inference: dict[str, Any] = {"maxTokens": longest}
        if self.settings.temperature is not None:
            inference["temperature"] = self.settings.temperature
        arguments: dict[str, Any] = {
            "modelId": self.settings.model,
            "system": [{"text": SYSTEM}],
            "messages": [{"role": "user", "content": self._content(request)}],
            "inferenceConfig": inference,
            "toolConfig": self._tools,
        }
        if self.settings.extra_fields:
            arguments["additionalModelRequestFields"] = dict(self.settings.extra_fields)
        return arguments

    def _content(self, request: Request) -> list[dict[str, Any]]:
        shared, own = message_parts(request)
        if shared and self.settings.cache_prompt:
            return [{"text": shared}, {"cachePoint": {"type": "default"}}, {"text": own}]
        return [{"text": user_message(request)}]
