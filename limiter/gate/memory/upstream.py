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
from .ordered import Ordered
from .queue import UpstreamQueue
from .spending import Spending

NOT_TAKEN = (Outcome.RETURNED, Outcome.THROTTLED, Outcome.EXHAUSTED)  # the provider charges nothing
LEARNING = 0.1  # weight of the newest call in the mean length of calls


@dataclass(slots=True)
class LeaseRecord:
    """A lease in force, and what must be known to undo it."""

    lease: Lease
    admitted: int
    expires: int
    input: int  # of the reserved tokens
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
        self.queue = UpstreamQueue(birth=now)
        self.leases: dict[str, LeaseRecord] = {}
        self.lease_of: dict[str, str] = {}  # job -> lease
        self.tombstones: dict[str, int] = {}  # reinstalled leases that ended -> until when that is remembered
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
        self.queue.set_cap(new.flow_in_flight)
        return True

    # The decision -----------------------------------------------------------------------------

    def admit(self, ids: list[str], now: int) -> tuple[list[Lease], Refusal | None]:
        repeated = [self.leases[each].lease for each in ids if each in self.leases]
        if repeated:
            return repeated, None
        self.queue.unblock_due(now)
        leases: list[Lease] = []
        for lease_id in ids:
            decision = self._admit_one(lease_id, now)
            if isinstance(decision, Refusal):
                if not leases:
                    self.counters[f"refused_{decision.reason}"] += 1
                self.spending.press(decision.reason)
                return leases, decision
            leases.append(decision)
        return leases, None

    def _admit_one(self, lease_id: str, now: int) -> Lease | Refusal:
        refusal = self._precheck(now)
        if refusal is not None or self.rules is None:
            return refusal or Refusal(Reason.UNCONFIGURED)
        probe = self.breaker.wants_probe(self.rules.breaker)
        cheapest = self.queue.cheapest(now) if probe else None
        job = cheapest or self.queue.choose(now)
        if job is None:
            why = self.queue.next_unblocked()
            return Refusal(*why) if why else Refusal(Reason.FLOW_IN_FLIGHT)
        short = self.spending.short_of_tokens(self.rules, job.reservation, now)
        if short is not None:
            return Refusal(*short)
        self.queue.take(job)
        weight, group_weight = self.queue.charge(job, turn=cheapest is None)
        self.queue.started(job.flow, job.reservation, now)
        self.spending.take(self.rules, job.reservation, job.tokens, job.output, now)
        if probe:
            self.breaker.probes += 1
        expires = now + self.rules.lease
        lease = Lease(
            lease_id, job.id, self.name, job.flow, job.group, job.reservation,
            self.breaker.generation, self.epoch, seconds(expires), probe,
        )  # fmt: skip
        record = LeaseRecord(
            lease, now, expires, job.tokens, job.output, job.charge, weight, group_weight,
            self.spending.generations,
        )  # fmt: skip
        self._enforce(record)
        self.counters["admitted"] += 1
        return lease

    def _precheck(self, now: int) -> Refusal | None:
        """The checks before a job is chosen."""
        refusal = self.shut(now)
        if refusal is None and self.rules is not None:
            before = self.breaker.state
            self.breaker.advance(self.rules.breaker, now)
            self.history.note_breaker(before, self.breaker, now)
        if refusal is None and not self.queue.jobs:
            refusal = Refusal(Reason.EMPTY)
        return refusal or self.limited(now)

    def shut(self, now: int) -> Refusal | None:
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
        """The shared limit in force that does not depend on which job is next."""
        if self.rules is None:
            return None
        if self.rules.max_in_flight is not None and len(self.leases) >= self.rules.max_in_flight:
            return Refusal(Reason.IN_FLIGHT)
        short = self.spending.short_of_requests(self.rules, now)
        return None if short is None else Refusal(*short)

    # Leases -----------------------------------------------------------------------------------

    def _enforce(self, record: LeaseRecord) -> None:
        self.leases[record.lease.id] = record
        self.lease_of[record.lease.job] = record.lease.id

    def accepted(self, lease_id: str, now: int) -> bool:
        """Count a call that the provider took; each lease counts once."""
        record = self.leases.get(lease_id)
        if record is None or record.accepted or self.rules is None:
            return False
        record.accepted = True
        self.counters["accepted"] += 1
        if record.lease.generation == self.breaker.generation:
            before = self.breaker.state
            self.breaker.accepted(self.rules.breaker, probe=record.lease.probe)
            self.history.note_breaker(before, self.breaker, now)
        if not record.reinstalled:
            self._feed_rates(self.rules, record, now)
        return True

    def _feed_rates(self, rules: Rules, record: LeaseRecord, now: int) -> None:
        spending, tokens, waited = self.spending, record.lease.tokens, max(1, now - record.admitted)
        if spending.is_late(rules, waited):
            self.history.note_rates(spending.late(rules, record.rates, tokens, waited, now), "late", now)
        else:
            self.history.note_rates(spending.accepted(rules, record.rates, tokens, now), "accepted", now)

    def renew(self, lease: Lease, now: int) -> bool:
        """Extend a lease, or install one of another epoch. False: it is lost."""
        if self.rules is None:
            return True  # nothing can be admitted in its place; it is installed once there are rules
        expires = now + self.rules.lease
        record = self.leases.get(lease.id)
        if record is not None:
            record.expires = expires
            record.lease = replace(record.lease, expires_at=seconds(expires))
            return True
        if lease.epoch == self.epoch or lease.id in self.tombstones or lease.job in self.lease_of:
            return False
        self._install(lease, expires, now)
        return True

    def _install(self, lease: Lease, expires: int, now: int) -> None:
        """Take over a lease that the gate forgot; its outcome never moves this memory's breaker."""
        self.queue.leave(lease.job, now)
        charge = max(1, lease.tokens)
        weight, group_weight = self.queue.install(lease.flow, lease.group, charge)
        known = replace(
            lease,
            upstream=self.name,
            generation=-1,
            epoch=self.epoch,
            expires_at=seconds(expires),
            probe=False,
        )
        record = LeaseRecord(known, now, expires, lease.tokens, 0, charge, weight, group_weight, (-1, -1))
        record.reinstalled = True
        self._enforce(record)
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
        record = self.leases.get(lease_id)
        if record is None or self.rules is None:
            self.counters["settled_again"] += 1
            return Settlement(applied=False, breaker=self.seen())
        charged = self._charged(record, outcome, usage)
        self._end(record, 0 if outcome in NOT_TAKEN else max(1, charged), now, shares)
        self._correct(record, outcome, charged, now)
        self.counters[f"settled_{outcome}"] += 1
        if outcome is Outcome.SUCCESS:
            length = now - record.admitted
            self.mean = length if self.mean == 0.0 else self.mean + LEARNING * (length - self.mean)
        if outcome is Outcome.EXHAUSTED:
            until = now + retry_after if retry_after else now - now % DAY + DAY
            self.stopped_until = max(self.stopped_until, until)
        before = self.breaker.state
        if outcome is Outcome.THROTTLED:
            self._throttled(record, quota, retry_after, random, now)
        elif record.lease.generation == self.breaker.generation and not self._healed_before(record, outcome):
            slow = self._slow(outcome, usage, timing)
            self.breaker.feed(
                self.rules.breaker, outcome, probe=record.lease.probe, now=now, retry_after=retry_after,
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
        """End leases that ran out, the oldest first."""
        due = Ordered()
        for record in self.leases.values():
            if record.expires <= now:
                due.add(record.lease.job, record.expires)
        ended = [self.leases[self.lease_of[job]] for job in due.head(limit)]
        for record in ended:
            self._end(record, record.charge, now)
            self.counters["expired"] += 1
        self.tombstones = {each: until for each, until in self.tombstones.items() if until > now}
        self.queue.forget(now, limit)
        return [record.lease for record in ended]

    def _end(self, record: LeaseRecord, used: int, now: int, shares: Sequence[tuple[str, str]] = ()) -> None:
        """Free the slot and correct what the lease was charged; followers bear their part of it."""
        lease, part = record.lease, used / (1 + len(shares))
        over = part - record.charge
        del self.leases[lease.id]
        del self.lease_of[lease.job]
        if lease.probe:
            self.breaker.probes -= 1
        if over:
            self.queue.correct(lease.flow, lease.group, over / record.weight, over / record.group_weight)
        for flow, group in shares:
            self.queue.share(flow, group, part, now)
        self.queue.ended(lease.flow)
        self.queue.release(lease.flow, lease.group, now)
        if record.reinstalled and self.rules is not None:
            self.tombstones[lease.id] = now + 10 * self.rules.lease

    def _charged(self, record: LeaseRecord, outcome: Outcome, usage: Usage | None) -> int:
        """Tokens charged in the end. Without figures the reservation: a failed call is not free."""
        if outcome in NOT_TAKEN:
            return 0
        if usage is None or self.rules is None:
            return record.lease.tokens
        return usage.charge(self.rules.burndown)

    def _correct(self, record: LeaseRecord, outcome: Outcome, charged: int, now: int) -> None:
        """Give back what was reserved too much, or go into debt."""
        if self.rules is None:
            return
        over, flow = charged - record.lease.tokens, self.queue.flows[record.lease.flow]
        if record.reinstalled and over < 0:
            over = 0  # this memory never reserved it
        never_sent = outcome is Outcome.RETURNED and not record.reinstalled
        self.spending.correct(self.rules, over, now - record.admitted, now, always=outcome in NOT_TAKEN)
        flow.correct(over, now)
        if never_sent:
            self.spending.give_back_request(self.rules, now)
            flow.give_back_request(now)
        if flow.until is not None and (over < 0 or never_sent):
            self.queue.unblock(flow)

    def _throttled(
        self, record: LeaseRecord, quota: Quota | None, retry_after: int, random: float, now: int
    ) -> None:
        if self.rules is None or record.reinstalled:
            return
        self.spending.learn(self.rules, quota, now)
        at_floor = self.spending.at_floor(self.rules)
        moves = self.spending.throttled(self.rules, record.rates, quota, record.lease.tokens, now)
        self.history.note_rates(moves, "throttled", now)
        if record.lease.generation == self.breaker.generation:
            self.breaker.throttled(
                self.rules.breaker, probe=record.lease.probe, at_floor=at_floor, now=now,
                retry_after=retry_after, random=random,
            )  # fmt: skip

    def _healed_before(self, record: LeaseRecord, outcome: Outcome) -> bool:
        """A probe that was counted when the provider took it is not counted again at its end."""
        counted = record.accepted and self.rules is not None and self.rules.breaker.heals_on_accepted
        return counted and record.lease.probe and outcome is Outcome.SUCCESS

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

    # The queue --------------------------------------------------------------------------------

    def offer(self, ticket: Ticket, now: int, *, front: bool = False) -> Reason | None:
        """Put a job in the queue; the reason against it, where it could never be admitted."""
        if ticket.job in self.queue.jobs or ticket.job in self.lease_of:
            return None
        if self.rules is None:
            self.queue.enter(ticket, ticket.reservation(), now, front=front)
            return None
        # Only the multiplier that an operator set may refuse it, never the learnt one.
        if self.spending.never(self.rules, ticket.reservation(self.rules.multiplier)):
            return Reason.COST
        self.queue.enter(ticket, self.spending.reservation(self.rules, ticket), now, front=front)
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
            self.queue.share(each.flow, each.group, float(each.service), now)
            self.queue.flows[each.flow].correct(each.tokens, now)
