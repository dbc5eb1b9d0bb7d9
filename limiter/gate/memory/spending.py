"""What an upstream has spent of its shared limits: requests a minute, tokens a minute, tokens a day.

Tokens are reserved as the provider reserves them and corrected at the end: by a refund, or a debt that refill
pays off.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from limiter.algorithms.limits.memory.buckets import Adaptive
from limiter.algorithms.limits.memory.store import Meter
from limiter.algorithms.limits.rules import LimitRule

from ..model import Quota, Reason, Ticket
from ..rules import MINUTE, Rules, per_minute
from . import meters
from .control import Control

MULTIPLIERS = (1.0, 5.0)  # between which the provider's is
DRIFT = 1 / 256  # by which the usual wait grows with each call: what became slower for good is found out
TRUST = 0.2  # weight of the newest throttle in the multiplier that they speak for


@dataclass(slots=True)
class SentTokens:
    """Input and longest answers of the calls that were sent in this minute and the one before."""

    minute: int = 0
    now: tuple[int, int] = (0, 0)
    before: tuple[int, int] = (0, 0)
    multiplier: float = 0.0  # 0: no throttle has shown it yet

    def add(self, tokens: int, output: int, now: int) -> None:
        self.roll(now)
        self.now = (self.now[0] + tokens, self.now[1] + output)

    def roll(self, now: int) -> None:
        minute = now // MINUTE
        if minute != self.minute:
            self.before = self.now if minute == self.minute + 1 else (0, 0)
            self.minute, self.now = minute, (0, 0)

    def learn(self, quota: int, now: int) -> None:
        """Learn from a throttle at which multiplier the tokens sent in a minute are the quota."""
        self.roll(now)
        fading = (MINUTE - now % MINUTE) / MINUTE
        tokens, output = (self.now[each] + self.before[each] * fading for each in (0, 1))
        if output > 0:
            least, most = MULTIPLIERS
            seen = max(least, min(most, (quota - tokens) / output))
            self.multiplier = (
                seen if self.multiplier == 0.0 else self.multiplier + TRUST * (seen - self.multiplier)
            )


@dataclass(slots=True)
class Spending:
    birth: int
    requests: Meter | None = None
    tokens: Meter | None = None
    day: Meter | None = None
    requests_control: Control = field(default_factory=Control)
    tokens_control: Control = field(default_factory=Control)
    sent: SentTokens = field(default_factory=SentTokens)
    usual_wait: float = 0.0  # microseconds from an admission to the first event, at low load; 0: unknown

    @property
    def generations(self) -> tuple[int, int]:
        """Of the rates in force."""
        return self.requests_control.generation, self.tokens_control.generation

    def obey(self, old: Rules | None, new: Rules, now: int) -> None:
        """Take on new rules. Limits a minute begin as if spent: a memory that was lost gives no burst."""
        born = meters.empty(new.requests, now), meters.empty(new.tokens, now), meters.full(new.day)
        before = old or new
        if _another(before.requests, new.requests):
            self.requests_control.forget()
        if _another(before.tokens, new.tokens):
            self.tokens_control.forget()
        self.requests = meters.changed(before.requests, self.requests, new.requests, now, born[0])
        self.tokens = meters.changed(before.tokens, self.tokens, new.tokens, now, born[1])
        self.day = meters.changed(before.day, self.day, new.day, now, born[2])

    # The decision -----------------------------------------------------------------------------

    def short_of_requests(self, rules: Rules, now: int) -> tuple[Reason, int] | None:
        wait = _wait(rules.requests, self.requests, 1, now)
        return (Reason.REQUESTS_PER_MINUTE, now + wait) if wait else None

    def short_of_tokens(self, rules: Rules, reservation: int, now: int) -> tuple[Reason, int] | None:
        """The token limit that a job waits for longest."""
        minute, day = (
            _wait(rules.tokens, self.tokens, reservation, now),
            _wait(rules.day, self.day, reservation, now),
        )
        if day > minute:
            return Reason.TOKENS_PER_DAY, now + day
        return (Reason.TOKENS_PER_MINUTE, now + minute) if minute else None

    def reservation(self, rules: Rules, ticket: Ticket) -> int:
        """The tokens that the provider reserves when the call starts, as far as is known."""
        learnt = self.sent.multiplier if rules.follows else 0.0
        return ticket.reservation(learnt or rules.multiplier)

    def never(self, rules: Rules, reservation: int) -> bool:
        """Is this more than a limit could ever let through at once?"""
        return any(limit is not None and reservation > limit.most for limit in (rules.tokens, rules.day))

    def press(self, reason: Reason) -> None:
        """Note that a limit delays work: only then may its rate rise."""
        if reason is Reason.REQUESTS_PER_MINUTE:
            self.requests_control.pressed = True
        elif reason is Reason.TOKENS_PER_MINUTE:
            self.tokens_control.pressed = True

    def take(self, rules: Rules, reservation: int, tokens: int, output: int, now: int) -> None:
        _spend(rules.requests, self.requests, 1, now)
        _spend(rules.tokens, self.tokens, reservation, now)
        _spend(rules.day, self.day, reservation, now)
        if rules.tokens is not None:
            self.sent.add(tokens, output, now)

    # Corrections ------------------------------------------------------------------------------

    def correct(self, rules: Rules, over: int, age: int, now: int, *, always: bool) -> None:
        """What a call of that age used beyond its reservation, or (negative) less than it."""
        for limit, meter in ((rules.tokens, self.tokens), (rules.day, self.day)):
            if limit is None or over == 0:
                continue
            if over > 0 or rules.refunds(limit, age) or (always and limit.abilities.refund):
                _spend(limit, meter, over, now)

    def give_back_request(self, rules: Rules, now: int) -> None:
        if rules.requests is not None and rules.requests.abilities.refund:
            _spend(rules.requests, self.requests, -1, now)

    def fill(self, rules: Rules, requests: float | None, tokens: float | None, today: int, now: int) -> None:
        """Set what is free of the limits a minute, and what was spent today."""
        if requests is not None and rules.requests is not None and self.requests is not None:
            meters.fill(rules.requests, self.requests, now, requests)
        if tokens is not None and rules.tokens is not None and self.tokens is not None:
            meters.fill(rules.tokens, self.tokens, now, tokens)
        if today:
            _spend(rules.day, self.day, today, now)

    # Rates that tune themselves ---------------------------------------------------------------

    def is_late(self, rules: Rules, waited: int) -> bool:
        """Did the provider's first event take far longer than at low load? What queues refuses nothing.

        Low load is where the wait is least (TCP Vegas, Brakmo and Peterson, 1995): the law's own pauses show
        it again and again, as BBR's ProbeRTT does.
        """
        if not rules.control.late:
            return False
        usual = self.usual_wait
        self.usual_wait = min(usual * (1.0 + DRIFT), float(waited)) if usual else float(waited)
        return usual > 0.0 and waited > rules.control.late * usual

    def accepted(
        self, rules: Rules, rates: tuple[int, int], reservation: int, now: int
    ) -> list[tuple[str, float, float]]:
        """A call was taken; returns (which, a minute before, after) of each rate that rose."""
        moves = []
        for name, control, limit, meter, generation in self._tunable(rules, rates):
            before = meter.pace(limit)
            cost = 1 if control is self.requests_control else reservation
            if control.accepted(rules.control, limit, meter, now, generation, cost):
                moves.append((name, per_minute(limit, before), per_minute(limit, meter.pace(limit))))
        return moves

    def late(
        self, rules: Rules, rates: tuple[int, int], reservation: int, waited: int, now: int
    ) -> list[tuple[str, float, float]]:
        """A call stood in the provider's queue; returns which rates fell, as `accepted` does."""
        moves = []
        for name, control, limit, meter, generation in self._tunable(rules, rates):
            before = meter.pace(limit)
            cost = 1 if control is self.requests_control else reservation
            if control.late(rules.control, limit, meter, now, generation, cost, waited):
                moves.append((name, per_minute(limit, before), per_minute(limit, meter.pace(limit))))
        return moves

    def throttled(
        self, rules: Rules, rates: tuple[int, int], quota: Quota | None, reservation: int, now: int
    ) -> list[tuple[str, float, float]]:
        """The provider refused a call; returns which rate fell, as `accepted` does."""
        tunable = list(self._tunable(rules, rates))
        if not tunable:
            return []
        tokens = len(tunable) > 1 and self._about_tokens(rules, quota, now)
        name, control, limit, meter, generation = tunable[-1 if tokens else 0]
        before = meter.pace(limit)
        cost = 1 if control is self.requests_control else reservation
        if not control.throttled(rules.control, limit, meter, now, generation, cost):
            return []
        return [(name, per_minute(limit, before), per_minute(limit, meter.pace(limit)))]

    def at_floor(self, rules: Rules) -> bool:
        """Can no rate fall any further?"""
        return all(meter.pace(limit) <= limit.floor for _, _, limit, meter, _ in self._tunable(rules, (0, 0)))

    def learn(self, rules: Rules, quota: Quota | None, now: int) -> None:
        """Learn the multiplier from a throttle of tokens."""
        if rules.tokens is not None and self._about_tokens(rules, quota, now):
            self.sent.learn(rules.tokens.units, now)

    def _about_tokens(self, rules: Rules, quota: Quota | None, now: int) -> bool:
        """Was it the quota of tokens? Where the provider names none, it is the fuller limit."""
        if quota is not None or rules.requests is None:
            return quota is not Quota.REQUESTS
        return _left(rules.tokens, self.tokens, now) < _left(rules.requests, self.requests, now)

    def _tunable(
        self, rules: Rules, rates: tuple[int, int]
    ) -> list[tuple[str, Control, LimitRule, Adaptive, int]]:
        found = []
        if rules.requests is not None and isinstance(self.requests, Adaptive):
            found.append(("requests", self.requests_control, rules.requests, self.requests, rates[0]))
        if rules.tokens is not None and isinstance(self.tokens, Adaptive):
            found.append(("tokens", self.tokens_control, rules.tokens, self.tokens, rates[1]))
        return found

    # What is expected -------------------------------------------------------------------------

    def wait(self, rules: Rules, reservation: int, now: int) -> int:
        """Microseconds until such a job could pass, were it next."""
        return max(
            _wait(rules.requests, self.requests, 1, now),
            _wait(rules.tokens, self.tokens, reservation, now),
            _wait(rules.day, self.day, reservation, now),
        )

    def valves(self, rules: Rules, reservation: int, now: int) -> list[meters.Valve]:
        """How the limits a minute let such jobs through."""
        return [
            *meters.valve(rules.requests, self.requests, 1, now),
            *meters.valve(rules.tokens, self.tokens, reservation, now),
        ]


def _another(old: LimitRule | None, new: LimitRule | None) -> bool:
    """Is its rate another, or counted in other units?"""
    if old is None or new is None:
        return old is not new
    return (old.algorithm, old.rate, old.unit) != (new.algorithm, new.rate, new.unit)


def _wait(limit: LimitRule | None, meter: Meter | None, units: int, now: int) -> int:
    """What could never pass at once passes when all is free, into debt: a limit may have been lowered."""
    if limit is None or meter is None:
        return 0
    return meter.wait(limit, now, min(units, limit.most))


def _left(limit: LimitRule | None, meter: Meter | None, now: int) -> float:
    """The share that is free."""
    return 1.0 if limit is None or meter is None else meter.left(limit, now) / limit.most


def _spend(limit: LimitRule | None, meter: Meter | None, units: int, now: int) -> None:
    if limit is not None and meter is not None and units:
        meter.spend(limit, now, units)
