"""The shortest call that is still the call that work makes: is it taken, and answered whole?"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from threading import Timer

from .base import Aborted, Accepted, Call, Event, Provider, SectionRequest, Task, TimedOut

SAMPLE = SectionRequest(
    text="The hives were counted in spring. They were counted again in autumn, and there was less of them.",
    heading_path=("Method",),
    task=Task(title="On bees", instructions="Describe what was done."),
)


def is_accepted(provider: Provider, *, seconds: float) -> bool:
    """Whether the provider takes the call; the rest of the answer is not waited for. Raises ProviderError."""
    with closing(_events(provider, seconds)) as events:
        return any(isinstance(event, Accepted) for event in events)


def answered_in(provider: Provider, *, seconds: float) -> float:
    """Seconds until the whole answer was there and read. Raises ProviderError."""
    began = time.monotonic()
    for _ in _events(provider, seconds):
        pass
    return time.monotonic() - began


def _events(provider: Provider, seconds: float) -> Generator[Event, None, None]:
    call = Call(max_tokens=provider.estimate(SAMPLE).max_tokens)
    timer = Timer(seconds, call.abort)
    timer.daemon = True
    timer.start()
    try:
        yield from provider.stream(SAMPLE, call)
    except Aborted:
        raise TimedOut(f"There was no answer within {seconds:g} s.") from None
    finally:
        timer.cancel()
