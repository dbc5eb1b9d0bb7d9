"""One flow: what it runs, and what it may spend of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from limiter.algorithms.limits.memory.store import Meter

from ..model import FlowPolicy, Reason
from ..rules import PolicyRules, compile_policy
from . import meters
from .flow_queue import FlowQueue


@dataclass(slots=True)
class Flow:
    name: str
    weight: float = 1.0
    cap: int | None = None  # None: the upstream's default
    suspended: bool = False
    rules: PolicyRules = field(default_factory=lambda: PolicyRules(None, None))
    requests: Meter | None = None
    tokens: Meter | None = None
    in_flight: int = 0
    references: int = 0  # waiting and running
    blocked: bool = False
    why: Reason | None = None  # it is blocked
    until: int | None = None  # None: an event
    queues: dict[str, FlowQueue] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return sum(flow_queue.waiting for flow_queue in self.queues.values())

    def obey(self, policy: FlowPolicy, now: int, birth: int) -> None:
        """Take on a policy. A limit a minute begins as if spent when this memory was born."""
        old, new = self.rules, compile_policy(policy)
        self.weight, self.cap, self.suspended = policy.weight, policy.max_in_flight, policy.suspended
        born = meters.empty(new.requests, birth), meters.full(new.tokens)
        self.requests = meters.changed(old.requests, self.requests, new.requests, now, born[0])
        self.tokens = meters.changed(old.tokens, self.tokens, new.tokens, now, born[1])
        self.rules = new

    def cap_or(self, default: int | None) -> int | None:
        return default if self.cap is None else self.cap

    def has_room(self, default: int | None) -> bool:
        cap = self.cap_or(default)
        return cap is None or self.in_flight < cap

    def refusal(self, default: int | None, reservation: int, now: int) -> tuple[Reason, int | None] | None:
        """The reason against a job with this reservation, and its end (None: until an event)."""
        if self.suspended:
            return Reason.FLOW_SUSPENDED, None
        if not self.has_room(default):
            return Reason.FLOW_IN_FLIGHT, None
        if self.requests is not None and self.rules.requests is not None:
            wait = self.requests.wait(self.rules.requests, now, 1)
            if wait:
                return Reason.FLOW_REQUESTS_PER_MINUTE, now + wait
        if self.tokens is not None and self.rules.tokens is not None:
            wait = self.tokens.wait(self.rules.tokens, now, min(reservation, self.rules.tokens.most))
            if wait:
                return Reason.FLOW_TOKENS_PER_DAY, now + wait
        return None

    def valves(self, now: int) -> list[meters.Valve]:
        return meters.valve(self.rules.requests, self.requests, 1, now)

    def spend(self, reservation: int, now: int) -> None:
        if self.requests is not None and self.rules.requests is not None:
            self.requests.spend(self.rules.requests, now, 1)
        self.correct(reservation, now)

    def correct(self, tokens: int, now: int) -> None:
        """Spend tokens, or give some back where the limit can."""
        limit = self.rules.tokens
        if self.tokens is not None and limit is not None and (tokens > 0 or limit.abilities.refund):
            self.tokens.spend(limit, now, tokens)

    def give_back_request(self, now: int) -> None:
        limit = self.rules.requests
        if self.requests is not None and limit is not None and limit.abilities.refund:
            self.requests.spend(limit, now, -1)

    def remembers(self, now: int) -> bool:
        """Would forgetting it give back tokens that it has spent?"""
        return bool(self.tokens and self.rules.tokens and self.tokens.rest(self.rules.tokens, now))
