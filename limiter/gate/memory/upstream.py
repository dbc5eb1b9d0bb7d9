"""One upstream in memory: the decision, and what ends a lease."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from ..model import BreakerState, Lease, Outcome, Reason, Settlement, Ticket, UpstreamConfig, Usage
from ..rules import Rules, compile_rules, seconds
from .breaker import Breaker
from .bucket import Bucket
from .line import Line
from .ordered import Ordered

LEARNING = 0.1  # weight of the newest call in the mean length of calls


@dataclass(slots=True)
class Running:
    """A lease in force, and what must be known to undo it."""

    lease: Lease
    admitted: int
    expires: int
    charge: int
    weight: float
    group_weight: float
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
        self.bucket = Bucket(at=now)
        self.breaker = Breaker()
        self.line = Line()
        self.leases: dict[str, Running] = {}
        self.running: dict[str, str] = {}  # job -> lease
        self.buried: dict[str, int] = {}  # reinstalled leases that ended -> until when that is remembered
        self.mean = 0.0  # length of a successful call, in microseconds
        self.counters: Counter[str] = Counter()

    # Configuration ----------------------------------------------------------------------------

    def configure(self, config: UpstreamConfig, now: int) -> bool:
        old, new = self.rules, compile_rules(config)
        if old is not None and old.version >= new.version:
            return False
        if old is not None and old.requests is not None:
            self.bucket.refill(old.requests, now)
        self.bucket.at = max(self.bucket.at, now)
        self.bucket.level = min(self.bucket.level, new.requests.brim) if new.requests else 0
        if old is not None and old.breaker.mode is not new.breaker.mode:
            self.breaker.restart()
        self.rules = new
        self.line.set_cap(new.flow_in_flight)
        return True

    # The decision -----------------------------------------------------------------------------

    def admit(self, ids: list[str], now: int) -> tuple[list[Lease], Refusal | None]:
        repeated = [self.leases[each].lease for each in ids if each in self.leases]
        if repeated:
            return repeated, None
        leases: list[Lease] = []
        for lease_id in ids:
            verdict = self._admit_one(lease_id, now)
            if isinstance(verdict, Refusal):
                if not leases:
                    self.counters[f"refused_{verdict.reason}"] += 1
                return leases, verdict
            leases.append(verdict)
        return leases, None

    def _admit_one(self, lease_id: str, now: int) -> Lease | Refusal:
        refusal = self._gatekeeping(now)
        if refusal is not None or self.rules is None:
            return refusal or Refusal(Reason.UNCONFIGURED)
        probe = self.breaker.wants_probe(self.rules.breaker)
        cheapest = self.line.cheapest() if probe else None
        job = cheapest or self.line.choose()
        if job is None:
            return Refusal(Reason.FLOW_IN_FLIGHT)
        self.line.take(job)
        weight, group_weight = self.line.charge(job, turn=cheapest is None)
        self.line.started(job.flow)
        if self.rules.requests is not None:
            self.bucket.take(self.rules.requests, now)
        if probe:
            self.breaker.probes += 1
        expires = now + self.rules.lease
        lease = Lease(
            lease_id, job.id, self.name, job.flow, job.group, job.tokens, self.breaker.generation, self.epoch,
            seconds(expires), probe,
        )  # fmt: skip
        self._enforce(Running(lease, now, expires, job.charge, weight, group_weight))
        self.counters["admitted"] += 1
        return lease

    def _gatekeeping(self, now: int) -> Refusal | None:
        """Everything that is checked before anybody is chosen."""
        refusal = self.standing(now)
        if refusal is None and self.rules is not None:
            self.breaker.advance(self.rules.breaker, now)
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
        return None if shut is None else Refusal(*shut)

    def limited(self, now: int) -> Refusal | None:
        """The shared limit that is in force."""
        if self.rules is None:
            return None
        if self.rules.max_in_flight is not None and len(self.leases) >= self.rules.max_in_flight:
            return Refusal(Reason.IN_FLIGHT)
        if self.rules.requests is not None:
            wait = self.bucket.wait(self.rules.requests, now)
            if wait:
                return Refusal(self.rules.requests.reason, now + wait)
        return None

    # Leases -----------------------------------------------------------------------------------

    def _enforce(self, running: Running) -> None:
        self.leases[running.lease.id] = running
        self.running[running.lease.job] = running.lease.id

    def accepted(self, lease_id: str) -> bool:
        """Count a call that the provider took; each lease counts once."""
        running = self.leases.get(lease_id)
        if running is None or running.accepted:
            return False
        running.accepted = True
        self.counters["accepted"] += 1
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
        self._enforce(Running(known, now, expires, charge, weight, group_weight, reinstalled=True))
        self.counters["reinstalled"] += 1

    def settle(
        self, lease_id: str, outcome: Outcome, usage: Usage | None, retry_after: int, random: float, now: int
    ) -> Settlement:
        running = self.leases.get(lease_id)
        if running is None or self.rules is None:
            self.counters["settled_again"] += 1
            return Settlement(applied=False, breaker=self.seen())
        self._end(running, self._used(running, outcome, usage), now)
        self.counters[f"settled_{outcome}"] += 1
        if outcome is Outcome.RETURNED and self.rules.requests is not None and not running.reinstalled:
            self.bucket.give_back(self.rules.requests, now)
        if outcome is Outcome.SUCCESS:
            length = now - running.admitted
            self.mean = length if self.mean == 0.0 else self.mean + LEARNING * (length - self.mean)
        before = self.breaker.state
        if running.lease.generation == self.breaker.generation:
            self.breaker.feed(
                self.rules.breaker, outcome, probe=running.lease.probe, now=now, retry_after=retry_after,
                random=random,
            )  # fmt: skip
        after = self.breaker.state
        return Settlement(
            applied=True,
            breaker=self.seen(),
            tripped=after is BreakerState.OPEN and before is not after,
            healed=after is BreakerState.CLOSED and before is not after,
        )

    def expire(self, now: int, limit: int) -> list[Lease]:
        """End leases whose time ran out, the oldest first."""
        due = Ordered()
        for lease_id, running in self.leases.items():
            if running.expires <= now:
                due.add(lease_id, running.expires)
        ended = [self.leases[lease_id] for lease_id in due.head(limit)]
        for running in ended:
            self._end(running, running.charge, now)
            self.counters["expired"] += 1
        self.buried = {each: until for each, until in self.buried.items() if until > now}
        self.line.forget(now, limit)
        return [running.lease for running in ended]

    def _end(self, running: Running, used: int, now: int) -> None:
        """Free the slot and correct what the lease was charged."""
        lease, over = running.lease, used - running.charge
        del self.leases[lease.id]
        del self.running[lease.job]
        if lease.probe:
            self.breaker.probes -= 1
        if over:
            self.line.correct(lease.flow, lease.group, over / running.weight, over / running.group_weight)
        self.line.ended(lease.flow)
        self.line.release(lease.flow, lease.group, now)
        if running.reinstalled and self.rules is not None:
            self.buried[lease.id] = now + 10 * self.rules.lease

    @staticmethod
    def _used(running: Running, outcome: Outcome, usage: Usage | None) -> int:
        """The charge in the end. Without figures it stays: or whoever fails would be served for nothing."""
        if outcome is Outcome.RETURNED:
            return 0
        return running.charge if usage is None else max(1, usage.total)

    def seen(self) -> BreakerState:
        return self.breaker.seen(self.rules.breaker) if self.rules else self.breaker.state

    # The line ---------------------------------------------------------------------------------

    def offer(self, ticket: Ticket, *, front: bool = False) -> None:
        if ticket.job not in self.line.jobs and ticket.job not in self.running:
            self.line.enter(ticket, front=front)

    def span(self, job: str, now: int) -> tuple[int, int | None, int | None, float]:
        """Own jobs ahead, the earliest and latest expected start, and the share of the line before it."""
        found = self.line.jobs.get(job)
        if found is None:
            return 0, None, None, 0.0
        ahead, waiting = self.line.ahead(found), len(self.line.jobs)
        last = min(waiting, (ahead + 1) * self.line.turns(found.group)) - 1
        share = last / waiting
        if self.rules is None or self.rules.paused or (self.rules.requests is None and self.mean == 0.0):
            return ahead, None, None, share
        shut = self.breaker.refusal(self.rules.breaker, now)
        if shut is not None and shut[1] is None:
            return ahead, None, None, share
        start = max(now, shut[1] or 0) if shut else now
        if self.rules.requests is not None:
            start = max(start, now + self.bucket.wait(self.rules.requests, now))
        pace = self.pace()
        return ahead, start + int(ahead * pace), start + int(last * pace), share

    def pace(self) -> float:
        """Microseconds between two admissions, as far as rate and length of calls tell."""
        pace = 0.0
        if self.rules is not None and self.rules.requests is not None:
            pace = self.rules.requests.grain / self.rules.requests.rate
        if self.rules is not None and self.rules.max_in_flight:
            pace = max(pace, self.mean / self.rules.max_in_flight)
        return pace
