"""The protocol of an API of the simulator: the reading of a request, and the writing of what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from feedback.development.simulator.account.calls import Call
from feedback.development.simulator.account.modelled import ServiceError, StreamErrorName
from feedback.development.simulator.writing.abilities import Abilities, Feature
from feedback.development.simulator.writing.answer import Block
from feedback.development.simulator.writing.prompt import Prompt

JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Api(Protocol):
    """One request of one API. An object for each, so that it may keep the ids of its answer."""

    model: str
    streams: bool

    def read(self) -> Prompt:
        """Raises ServiceError where the request makes no sense."""

    def refusal(self, feature: Feature, prompt: Prompt) -> ServiceError:
        """In the words of the real service: the model can't do this."""

    def too_long(self, prompt: Prompt, abilities: Abilities, tokens: int) -> ServiceError:
        """max_tokens is above the model's longest answer, or `tokens` of prompt fill its context."""

    def refused_tier(self, tier: str) -> ServiceError: ...

    def failure(self, error: ServiceError) -> Reply: ...

    def whole(self, call: Call, latency_ms: int) -> Reply:
        """The whole answer at once."""

    def stream_headers(self, call: Call) -> Mapping[str, str]: ...

    # The pieces of a stream, in the order in which they are sent; empty ones are left out.

    def opening(self, call: Call) -> bytes: ...

    def block_start(self, index: int, block: Block) -> bytes: ...

    def delta(self, index: int, block: Block, text: str) -> bytes: ...

    def block_stop(self, index: int, block: Block) -> bytes: ...

    def closing(self, call: Call, latency_ms: int) -> bytes: ...

    def broken(self, name: StreamErrorName, message: str) -> bytes: ...
