"""One upstream in memory: the decision, and what ends a lease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..model import (
    BreakerState,
    Lease,
    Outcome,
    Quota,
    Reason,
    Settlement,
    Spent,
    Ticket,
    Timing,
    UpstreamConfig,
    Usage,
)
from ..rules import DAY, MICROSECONDS, Rules, compile_rules, seconds
from .breaker import Breaker
from .history import History
from .line import Line
from .ordered import Ordered
from .spending import Spending

NOT_TAKEN = (Outcome.RETURNED, Outcome.THROTTLED, Outcome.EXHAUSTED)  # the provider charges nothing
LEARNING = 0.1  # weight of the newest call in the mean length of calls


@dataclass(slots=True)
class Running:
    """A lease in force, and what must be known to undo it."""

    lease: Lease
    admitted: int
    expires: int
    input: int  # of the tokens held
    output: int
    charge: int
    weight: float
    group_weight: float
    rates: tuple[int, int]  # generations of the rates that it was admitted at
    accepted: bool = False
    reinstalled: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    reason: Reason
    retry_at: int | None = None


class Upstream:
    """The state of one upstream. Not thread-safe: the gate locks."""

    def __init__(self, name: str, epoch: str, now: int) -> None:
        self.name = name
        self.epoch = epoch
        self.rules: Rules | None = None
        self.spending = Spending(birth=now)
        self.breaker = Breaker()
        self.line = Line(birth=now)
        self.leases: dict[str, Running] = {}
        self.running: dict[str, str] = {}  # job -> lease
        self.buried: dict[str, int] = {}  # reinstalled leases that ended -> until when that is remembered
        self.stopped_until = 0  # the provider's own quota for the day is used up until then
        self.mean = 0.0  # length of a successful call, in microseconds
        self.counters: Counter[str] = Counter()
        self.history = History(epoch)

    # Configuration ----------------------------------------------------------------------------

    def configure(self, config: UpstreamConfig, now: int) -> bool:
        old, new = self.rules, compile_rules(config)
        if old is not None and old.version >= new.version:
            return False
        self.spending.obey(old, new, now)
        if old is not None and old.breaker.mode is not new.breaker.mode:
            before = self.breaker.state
            self.breaker.restart()
            self.history.note_breaker(before, self.breaker, now)
        self.rules = new
        self.line.set_cap(new.flow_in_flight)
        return True

    # The decision -----------------------------------------------------------------------------

    def admit(self, ids: list[str], now: int) -> tuple[list[Lease], Refusal | None]:
        repeated = [self.leases[each].lease for each in ids if each in self.leases]
        if repeated:
            return repeated, None
        self.line.wake_due(now)
        leases: list[Lease] = []
        for lease_id in ids:
            verdict = self._admit_one(lease_id, now)
            if isinstance(verdict, Refusal):
                if not leases:
                    self.counters[f"refused_{verdict.reason}"] += 1
                self.spending.press(verdict.reason)
                return leases, verdict
            leases.append(verdict)
        return leases, None

    def _admit_one(self, lease_id: str, now: int) -> Lease | Refusal:
        refusal = self._gatekeeping(now)
        if refusal is not None or self.rules is None:
            return refusal or Refusal(Reason.UNCONFIGURED)
        probe = self.breaker.wants_probe(self.rules.breaker)
        cheapest = self.line.cheapest(now) if probe else None
        job = cheapest or self.line.choose(now)
        if job is None:
            why = self.line.next_wake()
            return Refusal(*why) if why else Refusal(Reason.FLOW_IN_FLIGHT)
        short = self.spending.short_of_tokens(self.rules, job.hold, now)
        if short is not None:
            return Refusal(*short)
        self.line.take(job)
        weight, group_weight = self.line.charge(job, turn=cheapest is None)
        self.line.started(job.flow, job.hold, now)
        self.spending.take(self.rules, job.hold, job.tokens, job.output, now)
        if probe:
            self.breaker.probes += 1
        expires = now + self.rules.lease
        lease = Lease(
            lease_id, job.id, self.name, job.flow, job.group, job.hold, self.breaker.generation, self.epoch,
            seconds(expires), probe,
        )  # fmt: skip
        running = Running(
            lease, now, expires, job.tokens, job.output, job.charge, weight, group_weight,
            self.spending.generations,
        )  # fmt: skip
        self._enforce(running)
        self.counters["admitted"] += 1
        return lease

    def _gatekeeping(self, now: int) -> Refusal | None:
        """Everything that is checked before anybody is chosen."""
        refusal = self.standing(now)
        if refusal is None and self.rules is not None:
            before = self.breaker.state
            self.breaker.advance(self.rules.breaker, now)
            self.history.note_breaker(before, self.breaker, now)
        if refusal is None and not self.line.jobs:
            refusal = Refusal(Reason.EMPTY)
        return refusal or self.limited(now)

    def standing(self, now: int) -> Refusal | None:
        """What keeps the whole upstream shut."""
        if self.rules is None:
            return Refusal(Reason.UNCONFIGURED)
        if self.rules.paused:
            return Refusal(Reason.PAUSED)
        shut = self.breaker.refusal(self.rules.breaker, now)
        if shut is not None:
            return Refusal(*shut)
        return Refusal(Reason.EXHAUSTED, self.stopped_until) if now < self.stopped_until else None

    def limited(self, now: int) -> Refusal | None:
        """The shared limit in force that does not depend on who is next."""
        if self.rules is None:
            return None
        if self.rules.max_in_flight is not None and len(self.leases) >= self.rules.max_in_flight:
            return Refusal(Reason.IN_FLIGHT)
        short = self.spending.short_of_requests(self.rules, now)
        return None if short is None else Refusal(*short)

    # Leases -----------------------------------------------------------------------------------

    def _enforce(self, running: Running) -> None:
        self.leases[running.lease.id] = running
        self.running[running.lease.job] = running.lease.id

    def accepted(self, lease_id: str, now: int) -> bool:
        """Count a call that the provider took; each lease counts once."""
        running = self.leases.get(lease_id)
        if running is None or running.accepted or self.rules is None:
            return False
        running.accepted = True
        self.counters["accepted"] += 1
        if running.lease.generation == self.breaker.generation:
            before = self.breaker.state
            self.breaker.accepted(self.rules.breaker, probe=running.lease.probe)
            self.history.note_breaker(before, self.breaker, now)
        if not running.reinstalled:
            moves = self.spending.accepted(self.rules, running.rates, running.lease.tokens, now)
            self.history.note_rates(moves, "accepted", now)
        return True

    def renew(self, lease: Lease, now: int) -> bool:
        """Extend a lease, or install one of another epoch. False: it is lost."""
        if self.rules is None:
            return True  # nothing can be admitted in its place; it is installed once there are rules
        expires = now + self.rules.lease
        running = self.leases.get(lease.id)
        if running is not None:
            running.expires = expires
            running.lease = replace(running.lease, expires_at=seconds(expires))
            return True
        if lease.epoch == self.epoch or lease.id in self.buried or lease.job in self.running:
            return False
        self._install(lease, expires, now)
        return True

    def _install(self, lease: Lease, expires: int, now: int) -> None:
        """Take over a lease that the gate forgot; its outcome never moves this memory's breaker."""
        self.line.leave(lease.job, now)
        charge = max(1, lease.tokens)
        weight, group_weight = self.line.install(lease.flow, lease.group, charge)
        known = replace(
            lease,
            upstream=self.name,
            generation=-1,
            epoch=self.epoch,
            expires_at=seconds(expires),
            probe=False,
        )
        running = Running(known, now, expires, lease.tokens, 0, charge, weight, group_weight, (-1, -1))
        running.reinstalled = True
        self._enforce(running)
        self.counters["reinstalled"] += 1

    def settle(
        self,
        lease_id: str,
        outcome: Outcome,
        usage: Usage | None,
        now: int,
        *,
        retry_after: int = 0,
        random: float = 0.0,
        timing: Timing | None = None,
        quota: Quota | None = None,
        shares: Sequence[tuple[str, str]] = (),
    ) -> Settlement:
        running = self.leases.get(lease_id)
        if running is None or self.rules is None:
            self.counters["settled_again"] += 1
            return Settlement(applied=False, breaker=self.seen())
        charged = self._charged(running, outcome, usage)
        self._end(running, 0 if outcome in NOT_TAKEN else max(1, charged), now, shares)
        self._correct(running, outcome, charged, now)
        self.counters[f"settled_{outcome}"] += 1
        if outcome is Outcome.SUCCESS:
            length = now - running.admitted
            self.mean = length if self.mean == 0.0 else self.mean + LEARNING * (length - self.mean)
        if outcome is Outcome.EXHAUSTED:
            until = now + retry_after if retry_after else now - now % DAY + DAY
            self.stopped_until = max(self.stopped_until, until)
        before = self.breaker.state
        if outcome is Outcome.THROTTLED:
            self._throttled(running, quota, retry_after, random, now)
        elif running.lease.generation == self.breaker.generation and not self._healed_before(
            running, outcome
        ):
            slow = self._slow(outcome, usage, timing)
            self.breaker.feed(
                self.rules.breaker, outcome, probe=running.lease.probe, now=now, retry_after=retry_after,
                random=random, slow=slow,
            )  # fmt: skip
        after = self.breaker.state
        self.history.note_breaker(before, self.breaker, now)
        return Settlement(
            applied=True,
            breaker=self.seen(),
            tripped=after is BreakerState.OPEN and before is not after,
            healed=after is BreakerState.CLOSED and before is not after,
        )

    def expire(self, now: int, limit: int) -> list[Lease]:
        """End leases whose time ran out, the oldest first."""
        due = Ordered()
        for running in self.leases.values():
            if running.expires <= now:
                due.add(running.lease.job, running.expires)
        ended = [self.leases[self.running[job]] for job in due.head(limit)]
        for running in ended:
            self._end(running, running.charge, now)
            self.counters["expired"] += 1
        self.buried = {each: until for each, until in self.buried.items() if until > now}
        self.line.forget(now, limit)
        return [running.lease for running in ended]

    def _end(self, running: Running, used: int, now: int, shares: Sequence[tuple[str, str]] = ()) -> None:
        """Free the slot and correct what the lease was charged; riders bear their part of it."""
        lease, part = running.lease, used / (1 + len(shares))
        over = part - running.charge
        del self.leases[lease.id]
        del self.running[lease.job]
        if lease.probe:
            self.breaker.probes -= 1
        if over:
            self.line.correct(lease.flow, lease.group, over / running.weight, over / running.group_weight)
        for flow, group in shares:
            self.line.share(flow, group, part, now)
        self.line.ended(lease.flow)
        self.line.release(lease.flow, lease.group, now)
        if running.reinstalled and self.rules is not None:
            self.buried[lease.id] = now + 10 * self.rules.lease

    def _charged(self, running: Running, outcome: Outcome, usage: Usage | None) -> int:
        """Tokens charged in the end. Without figures what was held: who fails is not served for nothing."""
        if outcome in NOT_TAKEN:
            return 0
        if usage is None or self.rules is None:
            return running.lease.tokens
        return usage.charge(self.rules.burndown)

    def _correct(self, running: Running, outcome: Outcome, charged: int, now: int) -> None:
        """Give back what was held too much, or go into debt."""
        if self.rules is None:
            return
        over, flow = charged - running.lease.tokens, self.line.flows[running.lease.flow]
        if running.reinstalled and over < 0:
            over = 0  # this memory never held it
        never_sent = outcome is Outcome.RETURNED and not running.reinstalled
        self.spending.correct(self.rules, over, now - running.admitted, now, always=outcome in NOT_TAKEN)
        flow.correct(over, now)
        if never_sent:
            self.spending.give_back_request(self.rules, now)
            flow.give_back_request(now)
        if flow.until is not None and (over < 0 or never_sent):
            self.line.wake(flow)

    def _throttled(
        self, running: Running, quota: Quota | None, retry_after: int, random: float, now: int
    ) -> None:
        if self.rules is None or running.reinstalled:
            return
        self.spending.learn(self.rules, quota, now)
        at_floor = self.spending.at_floor(self.rules)
        moves = self.spending.throttled(self.rules, running.rates, quota, now)
        self.history.note_rates(moves, "throttled", now)
        if at_floor and running.lease.generation == self.breaker.generation:
            self.breaker.throttled(self.rules.breaker, now=now, retry_after=retry_after, random=random)

    def _healed_before(self, running: Running, outcome: Outcome) -> bool:
        """A probe that was counted when the provider took it is not counted again at its end."""
        counted = running.accepted and self.rules is not None and self.rules.breaker.heals_on_accepted
        return counted and running.lease.probe and outcome is Outcome.SUCCESS

    def _slow(self, outcome: Outcome, usage: Usage | None, timing: Timing | None) -> bool:
        """Slow for its length: a healthy call lasts minutes."""
        if self.rules is None or timing is None or outcome is not Outcome.SUCCESS:
            return False
        rule = self.rules.breaker
        first, total = timing.first_token * MICROSECONDS, timing.total * MICROSECONDS
        tokens = max(1, usage.output_tokens if usage else 1)
        return first > rule.slow_first or total - first > rule.slow_per_token * tokens

    def seen(self) -> BreakerState:
        return self.breaker.seen(self.rules.breaker) if self.rules else self.breaker.state

    # The line ---------------------------------------------------------------------------------

    def offer(self, ticket: Ticket, now: int, *, front: bool = False) -> Reason | None:
        """Put a job in line; why not, where it could never be admitted."""
        if ticket.job in self.line.jobs or ticket.job in self.running:
            return None
        if self.rules is None:
            self.line.enter(ticket, ticket.hold(), now, front=front)
            return None
        # Only what an operator set may refuse it, never what was learnt.
        if self.spending.never(self.rules, ticket.hold(self.rules.multiplier)):
            return Reason.COST
        self.line.enter(ticket, self.spending.hold(self.rules, ticket), now, front=front)
        return None

    # What was lost ----------------------------------------------------------------------------

    def restore(
        self,
        *,
        requests: float | None,
        tokens: float | None,
        spent: Sequence[Spent],
        now: int,
    ) -> None:
        if self.rules is None:
            return
        spent = spent if not self.counters["restored"] else ()
        self.counters["restored"] += 1
        self.spending.fill(self.rules, requests, tokens, sum(each.tokens for each in spent), now)
        for each in spent:
            self.line.share(each.flow, each.group, float(each.service), now)
            self.line.flows[each.flow].correct(each.tokens, now)
