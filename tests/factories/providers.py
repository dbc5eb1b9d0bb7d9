"""A provider that does what its script says, for the ends of a call that no server should be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from feedback.dispatch import upstreams
from feedback.providers.base import (
    Accepted,
    Call,
    Comment,
    CommentKind,
    Delta,
    Estimate,
    Event,
    FeedbackOutput,
    Finished,
    Provider,
    Request,
    SectionRequest,
    TokenUsage,
)

Step = Callable[[Request, Call], Event]
Stand = TypeVar("Stand", bound=Provider)


@contextmanager
def in_place_of(upstream: str, provider: Stand, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """What is sent to the upstream goes to this provider."""
    monkeypatch.setitem(upstreams._FACTORIES, upstream, lambda: provider)
    upstreams.forget_providers()
    try:
        yield provider
    finally:
        upstreams.forget_providers()


def an_answer(request: Request) -> FeedbackOutput:
    """Feedback that quotes the first words it was sent."""
    text = request.text if isinstance(request, SectionRequest) else request.sections[0][1]
    return FeedbackOutput(
        summary="A clear start.",
        strengths=["It says what it is about."],
        comments=[Comment(kind=CommentKind.CLARITY, quote=text[:20], message="Say it in one go.")],
    )


@dataclass
class ScriptedProvider:
    """Answers, or raises what its script holds for the next call."""

    name: str = "scripted"
    simulated: bool = False
    model: str = "scripted-1"
    version: str = "scripted-1"
    stop_reason: str = "end_turn"
    output_tokens: int = 20
    usage: TokenUsage | None = None  # None: 80 tokens read, and those written
    asked: list[int] = field(default_factory=list)  # max_tokens of each call
    errors: list[Exception] = field(default_factory=list)
    before_the_end: Callable[[Request, Call], None] = lambda request, call: None
    answer: Callable[[Request], FeedbackOutput] = an_answer
    calls: int = 0
    closed: int = 0  # times

    def estimate(self, request: Request) -> Estimate:
        return Estimate(input_tokens=100, max_tokens=50, ceiling=400, output_class="short")

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        self.calls += 1
        self.asked.append(call.max_tokens)
        if self.errors:
            raise self.errors.pop(0)
        yield Accepted()
        output = self.answer(request)
        yield Delta(output.model_dump_json())
        self.before_the_end(request, call)
        usage = self.usage or TokenUsage(input_tokens=80, output_tokens=self.output_tokens)
        yield Finished(output, usage, model="scripted-1", stop_reason=self.stop_reason)

    def close(self) -> None:
        """There is nothing to give back."""
        self.closed += 1
