"""What holds work in line at an upstream that lets calls through, what would help, and what would not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from limiter.gate.model import Reason

from .figures import Operations, UpstreamFigures

AT_ITS_RATE = 0.5  # of a quota that began within the minute: a bucket is empty for a moment without binding


@dataclass(frozen=True, slots=True)
class Binding:
    upstream: str
    words: str
    helps: str  # and what does not: who adds workers to a full quota pays for nothing

    def __str__(self) -> str:
        return f"{self.words[0].upper()}{self.words[1:]}: {self.helps}."


def bindings_of(now: Operations) -> list[Binding]:
    """Of each upstream where work waits, though it lets calls through."""
    found = (binding_of(now, each) for each in now.upstreams if each.waiting and not each.stands_still)
    return [each for each in found if each is not None]


def binding_of(now: Operations, figures: UpstreamFigures) -> Binding | None:
    """The first that binds. None: nothing does at this moment, so the line moves."""
    words, helps = next(_candidates(now, figures), ("", ""))
    return Binding(figures.name, words, helps) if words else None


def _candidates(now: Operations, figures: UpstreamFigures) -> Iterator[tuple[str, str]]:
    live, most = figures.status.live if figures.status else None, figures.upstream.max_in_flight
    levels = live.levels if live else {}
    if now.is_unheard(figures):
        yield "no worker listens to its queue", "a worker that does would help; a higher quota won't"
    if most and figures.in_flight >= most:
        yield (
            f"the limit of {most} calls at once binds",
            "raising it helps as far as the provider allows; more workers won't",
        )
    requests = levels.get(Reason.REQUESTS_PER_MINUTE)
    if requests is not None and requests.free < 1 and figures.began >= AT_ITS_RATE * requests.per_minute:
        yield (
            f"the quota of {requests.per_minute:g} requests a minute binds",
            "a higher quota would help; more workers won't",
        )
    tokens = levels.get(Reason.TOKENS_PER_MINUTE)
    if tokens is not None and tokens.free <= 0:
        yield (
            f"the quota of {tokens.per_minute:,.0f} tokens a minute binds",
            "a higher quota or shorter answers would help; more workers won't",
        )
    if not now.solo and now.slots and now.in_flight >= now.slots:
        yield (
            f"all {now.slots} slots of the workers are taken",
            "more workers would help; a higher quota won't",
        )
    waiting = [each for each in live.flows.values() if each.waiting] if live else []
    if waiting and all(each.blocked for each in waiting):
        yield (
            "people's own limits bind",
            "other plans or exceptions for them would help; neither workers nor a higher quota will",
        )
