"""The openai_compatible provider: one request, one streamed call, one validated answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import openai

from ..base import AccountRefused, Call, Estimate, Event, ProviderError, Request, TokenUsage
from ..deadlines import Deadlines
from ..prompting.fixed import FixedWords
from ..wire import Wire
from .client import SharedClient
from .errors import RAISED, translate
from .frames import chunks_of
from .key import read_key
from .limits import rate_limits
from .request import chat_arguments, fixed_words
from .settings import CompatibleSettings
from .stream import read_events


class CompatibleProvider:
    """Shared by all threads of a worker. Costs one thread, for the deadlines of all calls together."""

    name = "openai_compatible"

    def __init__(self, settings: CompatibleSettings) -> None:
        self.settings = settings
        self.simulated = settings.simulated
        self.model = settings.model
        self._deadlines = Deadlines()
        self._client = SharedClient(settings)
        self._fixed = FixedWords(settings.model, fixed_words(settings.generation))
        self.version = self._fixed.version

    def estimate(self, request: Request) -> Estimate:
        return self._fixed.estimate(request, self.settings.budgets)

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        """Accepted, then deltas, then Finished; raises ProviderError. Closing the iterator ends the call.

        An abort wakes a read that blocks, whether for the first byte or in the middle of the answer.
        """
        key: str | None = None
        with Wire.for_call(call, self._deadlines, self.settings.total_timeout) as wire:
            try:
                key = read_key(self.settings)
                yield from self._events(request, call, wire, key)
            except ProviderError as error:
                raise wire.cut_short(error.usage) or self._looked_at(error) from None
            except RAISED as error:
                # Without the cause: the client's own message may hold what a server echoes.
                raise wire.cut_short() or self._looked_at(translate(error, key)) from None

    def close(self) -> None:
        """Give back the pooled connections, those in use at their calls' end; another call opens new ones."""
        self._client.give_up()

    def _events(self, request: Request, call: Call, wire: Wire, key: str | None) -> Iterator[Event]:
        authorisation = f"Bearer {key}" if key else openai.omit
        expected = TokenUsage(input_tokens=self.estimate(request).input_tokens)
        with self._client.lent() as client:
            with wire.carrying():
                answer = client.chat.completions.with_raw_response.create(
                    **self.arguments(request, call), extra_headers={"Authorization": authorisation}
                )
            with closing(answer.http_response) as response:
                limits, model = rate_limits(response.headers), self.settings.model
                yield from read_events(chunks_of(response), request, model, expected=expected, limits=limits)

    def arguments(self, request: Request, call: Call) -> dict[str, Any]:
        """What a call sends, by the names of chat.completions.create."""
        generation = self.settings.generation
        return chat_arguments(
            self.settings,
            replace(generation, tier=call.tier) if call.tier else generation,
            request,
            max_tokens=call.max_tokens or self.settings.budgets.max_tokens(request),
            metadata=call.metadata,
        )

    def _looked_at(self, error: ProviderError) -> ProviderError:
        """After a refusal of the account the next call begins anew, without a restart."""
        if isinstance(error, AccountRefused):
            self._client.give_up()
        return error
