"""The Bedrock Runtime service of one account in one region: what it accepts, and what that costs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from . import delivery
from .answer import write_answer
from .cache import PromptCache
from .calls import Call
from .chance import Fate, draw
from .clock import Clock
from .http import Connection, HungUpError
from .modelled import ErrorName, ServiceError
from .quota import Meter, QuotaExceededError, TokenCounts
from .request import read_prompt
from .settings import Outage, Quota, SimulatorSettings
from .stats import Stats


class Service:
    """Lives in one event loop, which is what keeps it consistent."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.stats = Stats()
        self.clock = Clock(settings.speed)
        self._cache = PromptCache(self.clock)
        self._meters: dict[str, Meter] = {}
        self._drawn = 0

    def change(self, settings: SimulatorSettings) -> None:
        """Use other settings from now on; calls in flight keep their answer, not their surroundings."""
        self.levels()  # brings the buckets up to this moment at the old rates
        if settings.seed != self.settings.seed:
            self._drawn = 0
        self.clock.run_at(settings.speed)
        self.settings = settings

    def levels(self) -> dict[str, dict[str, float]]:
        """What is left of each model's quotas now."""
        return {model: meter.levels(self._quota(model)) for model, meter in self._meters.items()}

    async def converse(self, connection: Connection, model: str, body: bytes, *, stream: bool) -> None:
        """Answer one request. Raises HungUpError where the connection is of no more use."""
        self.stats.requests += 1
        await self._suffer(connection)
        try:
            call = self._accept(model, body)
            with self._in_flight(call):
                deliver = delivery.stream if stream else delivery.whole
                await deliver(self, connection, call)
        except ServiceError as error:
            self.stats.errors[error.name] += 1
            await connection.answer(error.status, error.headers(), error.body())

    async def _suffer(self, connection: Connection) -> None:
        """The outages that leave no answer."""
        while self.settings.outage is Outage.HANG:
            await asyncio.sleep(delivery.NOTICE_SECONDS)
            if connection.gone:
                self.stats.disconnected += 1
                raise HungUpError
        if self.settings.outage is Outage.RESET:
            connection.reset()
            raise HungUpError

    @contextmanager
    def _in_flight(self, call: Call) -> Iterator[None]:
        """Count a call while it lasts, and settle its tokens however it ends."""
        try:
            with self.stats.flight():
                yield
        except HungUpError:
            self.stats.disconnected += 1
            raise
        finally:
            charged = self._meters[call.model].settle(self._quota(call.model), call.held, call.tokens)
            self.stats.count_tokens(call.tokens, held=call.held, charged=charged)

    def _accept(self, model: str, body: bytes) -> Call:
        """Everything that is decided before the first token. Raises ServiceError."""
        settings = self.settings
        self._refuse_model(model)
        prompt = read_prompt(body)
        fate = self._next_fate()
        if fate.error is not None:
            raise self._drawn_error(fate.error)
        tokens = self._cache.count(model, prompt)
        held = self._hold(model, tokens, prompt.max_tokens)
        answer = write_answer(prompt, settings.seed, fate.malformed, gullible=settings.gullible)
        if fate.malformed is not None:
            self.stats.malformed[fate.malformed] += 1
        return Call(
            model, answer, fate.pace(settings, len(answer.tokens)), fate, held, tokens, began=self.clock.now()
        )

    def _refuse_model(self, model: str) -> None:
        if self.settings.outage is Outage.UNAVAILABLE:
            raise ServiceError(ErrorName.SERVICE_UNAVAILABLE)
        if model in self.settings.denied_models:
            raise ServiceError(ErrorName.ACCESS_DENIED)
        if model in self.settings.unknown_models:
            raise ServiceError(ErrorName.RESOURCE_NOT_FOUND)

    def _next_fate(self) -> Fate:
        self._drawn += 1
        return draw(self.settings, self._drawn)

    def _drawn_error(self, name: ErrorName) -> ServiceError:
        if name is not ErrorName.THROTTLING:
            return ServiceError(name)
        self.stats.throttles["drawn"] += 1
        return ServiceError(name, retry_after=self.settings.retry_after)

    def _hold(self, model: str, tokens: TokenCounts, max_tokens: int | None) -> float:
        quota = self._quota(model)
        meter = self._meters.setdefault(model, Meter(self.clock))
        try:
            return meter.hold(quota, tokens, max_tokens or quota.model_maximum)
        except QuotaExceededError as exceeded:
            self.stats.throttles[exceeded.dimension] += 1
            retry_after = self.settings.retry_after
            raise ServiceError(ErrorName.THROTTLING, str(exceeded), retry_after=retry_after) from None

    def _quota(self, model: str) -> Quota:
        return self.settings.quotas.get(model, self.settings.quota)
