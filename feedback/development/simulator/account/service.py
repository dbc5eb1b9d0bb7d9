"""The service of one account in one region: what it accepts, by whichever API, and what that costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate

from feedback.development.simulator.serving.api import Api
from feedback.development.simulator.serving.http import Connection, HungUpError
from feedback.development.simulator.writing.abilities import Abilities, abilities_of
from feedback.development.simulator.writing.answer import UNBOUNDED, Answer, blocked, write_answer
from feedback.development.simulator.writing.compiling import Compiled
from feedback.development.simulator.writing.prompt import Prompt

from . import delivery
from .cache import PromptCache
from .calls import Call
from .chance import Fate, draw
from .clock import Clock
from .modelled import ErrorName, ServiceError
from .quota import Left, Meter, QuotaExceededError, TokenCounts
from .refusing import refuse
from .settings import Outage, Quota, RetryAfterForm, SimulatorSettings
from .situations import Situation, situation_error
from .stats import Stats


class Service:
    """Lives in one event loop, which is what keeps it consistent."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.stats = Stats()
        self.clock = Clock(settings.speed)
        self._cache = PromptCache(self.clock)
        self._compiled = Compiled(self.clock)
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

    def abilities(self, model: str) -> Abilities:
        return abilities_of(model, self.settings.models)

    async def answer(self, connection: Connection, api: Api) -> None:
        """Answer one request. Raises HungUpError where the connection is of no more use."""
        try:
            call = self._accept(api)
            with self._in_flight(call):
                deliver = delivery.stream if api.streams else delivery.whole
                await deliver(self, connection, api, call)
        except ServiceError as error:
            self.stats.errors[error.name] += 1
            reply = api.failure(error)
            await connection.answer(reply.status, reply.headers, reply.body)

    async def receive(self, connection: Connection) -> None:
        """Count a request, and suffer the outages that leave it without an answer. Raises HungUpError."""
        self.stats.requests += 1
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
            charged = self._meters[call.model].settle(self._quota(call.model), call.reserved, call.tokens)
            self.stats.count_tokens(call.tokens, reserved=call.reserved, charged=charged)

    def _accept(self, api: Api) -> Call:
        """Everything that is decided before the first token. Raises ServiceError."""
        settings, model = self.settings, api.model
        self.refuse_model(model)
        prompt, abilities = api.read(), self.abilities(model)
        refuse(api, prompt, abilities)
        fate = self._next_fate()
        self._fail(fate, model)
        tokens = self._cache.count(model, prompt, abilities)
        reserved = self._reserve(model, tokens, prompt.max_tokens)
        queued = self._meters[model].queue(self._quota(model))
        try:
            answer = self._write(prompt, fate, abilities, tokens)
        except ServiceError:
            self._meters[model].settle(self._quota(model), reserved, TokenCounts())
            raise
        if fate.malformed is not None:
            self.stats.malformed[fate.malformed] += 1
        pace = fate.pace(settings, answer.length)
        wait = self._compiled.seconds(model, prompt, settings.compile_seconds)
        pace = replace(pace, first_token=pace.first_token + wait + queued)
        left = self._left(model)
        return Call(
            model, prompt.without_text(), answer, pace, fate, reserved, tokens, left, began=self.clock.now()
        )

    def _write(self, prompt: Prompt, fate: Fate, abilities: Abilities, tokens: TokenCounts) -> Answer:
        if prompt.guardrail and any(word in prompt.user_text for word in self.settings.blocked_words):
            return blocked()
        room = UNBOUNDED if abilities.context is None else abilities.context - tokens.all_input
        try:
            return write_answer(prompt, self.settings.seed, fate, gullible=self.settings.gullible, room=room)
        except RecursionError as error:
            raise ServiceError(ErrorName.VALIDATION, str(error)) from None

    def refuse_model(self, model: str) -> None:
        """Raises ServiceError where no request to this model is answered."""
        if self.settings.outage is Outage.UNAVAILABLE:
            raise self._error(ErrorName.SERVICE_UNAVAILABLE)
        if model in self.settings.denied_models:
            raise self._error(ErrorName.ACCESS_DENIED)
        if model in self.settings.unknown_models:
            raise self._error(ErrorName.RESOURCE_NOT_FOUND)

    def _next_fate(self) -> Fate:
        self._drawn += 1
        return draw(self.settings, self._drawn)

    def _fail(self, fate: Fate, model: str) -> None:
        """Raise what was drawn for this request, or is set for its model."""
        situation = self.settings.model_situations.get(model, fate.situation)
        if situation is not None:
            self.stats.throttles["drawn"] += situation is Situation.QUOTA_OF_ZERO
            raise situation_error(situation, model=model)
        if fate.error is not None:
            self.stats.throttles["drawn"] += fate.error is ErrorName.THROTTLING
            raise self._error(fate.error)

    def _error(self, name: ErrorName) -> ServiceError:
        return ServiceError(name, self.settings.words.get(name, ""), retry_after=self._retry_after(name))

    def _retry_after(self, name: ErrorName) -> str | None:
        seconds = self.settings.retry_after
        if seconds is None or name not in self.settings.retry_after_on:
            return None
        if self.settings.retry_after_form is RetryAfterForm.DATE:
            return formatdate(time.time() + seconds, usegmt=True)
        return str(seconds)

    def _reserve(self, model: str, tokens: TokenCounts, max_tokens: int | None) -> float:
        quota = self._quota(model)
        meter = self._meters.setdefault(model, Meter(self.clock))
        try:
            return meter.reserve(quota, tokens, max_tokens or quota.model_maximum)
        except QuotaExceededError as exceeded:
            self.stats.throttles[exceeded.dimension] += 1
            words = self.settings.words.get(ErrorName.THROTTLING, str(exceeded))
            raise ServiceError(
                ErrorName.THROTTLING, words, retry_after=self._retry_after(ErrorName.THROTTLING),
                room_in=self.clock.to_wall(exceeded.seconds), left=self._left(model),
            ) from None  # fmt: skip

    def _left(self, model: str) -> Mapping[str, Left]:
        """What is left of a model's quota, its times in real seconds."""
        left = self._meters[model].left(self._quota(model))
        return {name: replace(one, full_in=self.clock.to_wall(one.full_in)) for name, one in left.items()}

    def _quota(self, model: str) -> Quota:
        return self.settings.quotas.get(model, self.settings.quota)
