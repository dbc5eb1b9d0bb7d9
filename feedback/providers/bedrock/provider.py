"""The bedrock provider: one request, one streamed call, one validated answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..base import AccountRefused, Call, Estimate, Event, ProviderError, Request, TokenUsage
from ..deadlines import Deadlines
from ..prompting.fixed import FixedWords
from ..wire import Wire
from .client import build_client
from .counting import count_tokens
from .errors import RAISED, translate
from .request import compiled_schema, converse_arguments, fixed_words
from .settings import BedrockSettings
from .stream import read_events

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient


class BedrockProvider:
    """Shared by all threads of a worker. Costs one thread, for the deadlines of all calls together."""

    name = "bedrock"

    def __init__(self, settings: BedrockSettings) -> None:
        self.settings = settings
        self.simulated = settings.simulated
        self.model = settings.model
        self._deadlines = Deadlines()
        self._lock = threading.Lock()
        self._client: BedrockRuntimeClient | None = None
        self._fixed = FixedWords(settings.model, fixed_words(settings.generation))
        self.version = self._fixed.version
        self.compiled_schema = compiled_schema(settings.generation)

    def estimate(self, request: Request) -> Estimate:
        return self._fixed.estimate(request, self.settings.budgets)

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        """Accepted, then deltas, then Finished; raises ProviderError. Closing the iterator ends the call.

        An abort wakes a read that blocks, whether for the first byte or in the middle of the answer.
        """
        with Wire.for_call(call, self._deadlines, self.settings.total_timeout) as wire:
            try:
                yield from self._events(request, call, wire)
            except ProviderError as error:
                raise wire.cut_short(error.usage) or error from None
            except RAISED as error:
                raise wire.cut_short() or self._translated(error) from error

    def count(self, request: Request, *, model_id: str) -> int:
        """Input tokens as the service counts them; see counting.py. Raises ProviderError."""
        longest = self.settings.budgets.max_tokens(request)
        generation, model = self.settings.generation, self.settings.model
        arguments = converse_arguments(generation, request, model=model, max_tokens=longest)
        try:
            return count_tokens(self._connected(), model_id, arguments)
        except RAISED as error:
            raise self._translated(error) from error

    def close(self) -> None:
        """Give back the pooled connections. Calls under way end; another call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _events(self, request: Request, call: Call, wire: Wire) -> Iterator[Event]:
        with wire.carrying():
            response = self._connected().converse_stream(**self.arguments(request, call))
        expected = TokenUsage(input_tokens=self.estimate(request).input_tokens)
        with closing(response["stream"]) as events:
            yield from read_events(events, request, self.settings.model, expected=expected)

    def arguments(self, request: Request, call: Call) -> dict[str, Any]:
        """What a call sends, by the names of converse_stream."""
        generation = self.settings.generation
        return converse_arguments(
            replace(generation, tier=call.tier) if call.tier else generation,
            request,
            model=self.settings.model,
            max_tokens=call.max_tokens or self.settings.budgets.max_tokens(request),
            metadata=call.metadata,
        )

    def _connected(self) -> BedrockRuntimeClient:
        """The client, made at the first call. Raises BotoCoreError where there are no credentials to read."""
        with self._lock:
            if self._client is None:
                self._client = build_client(self.settings)
            return self._client

    def _translated(self, error: Exception) -> ProviderError:
        """After a refusal of the account the next call reads the credentials anew, without a restart."""
        translated = translate(error)
        if isinstance(translated, AccountRefused):
            with self._lock:
                self._client = None
        return translated
