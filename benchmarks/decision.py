"""What one admission decision costs: in Redis's own time, and at the client.

    python benchmarks/decision.py [--url redis://...] [--sizes 100,10000,100000] [--rounds 60]

Times are microseconds. Redis's own come from INFO commandstats, of the same calls in two ways: one by one,
between which Redis waits for the client, and in a row, as twenty clients have asked at the same moment. In a
row is how they come where Redis's time matters; one by one the processor's caches have been used by others in
between. The aims are for calls in a row.

The machine may be shared: each round of calls has beside it one of a yardstick, a script that makes 9 of
an admission's commands and nothing else. `x yardstick` is the median over the rounds of one by the other,
both in a row, which moves less on a busy host. After each round what runs is settled, and as much is put in
line again.

However many jobs wait, the line holds about 10,000; the rest is held in Postgres, where no decision looks.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from _line import YARDSTICK, YARDSTICK_GIVEN, Line, U, admit_into, filled, server, settle_all, settle_next
from _peers import chains

from limiter.gate import BreakerConfig, BreakerMode, Lease, Ticket, UpstreamConfig

if TYPE_CHECKING:
    import redis

    from limiter.gate.redis import RedisGate

CALLS = 20  # of each way in a round
FLOWS = 100_000

T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a Redis whose first database may be emptied; default: one of its own")
    parser.add_argument("--sizes", default="100,10000,100000", help="jobs waiting")
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with server(options.url) as client, ThreadPoolExecutor(CALLS) as clients:
        meter = Meter(client, clients, options.rounds)
        print(f"{'':36}    one by one         in a row")
        print(f"{'a job, in Redis':36} {'  median quietest' * 2}   aim  x yardstick  client")
        yardstick = Kind("the yardstick")
        meter.rounds_of(lambda: meter.timed(yardstick, [meter.yardstick] * 2 * CALLS))
        yardstick.report()
        measure(meter, 2_000, {"admit k=1": 45, "admit k=16": 25})
        measure(meter, 2_000, {"admit k=1": 60, "admit k=16": 30}, "everything on: ", everything=True)
        measure(meter, 2_000, {}, "beside a list: ", listed=True)
        measure_refusals(meter)
        measure_blocked(meter)
        # Before a million jobs fill this process: its collector would then slow our side alone.
        compare_with_peers(meter)
        compare_sizes(meter, sizes)


def measure(
    meter: Meter,
    size: int,
    aims: dict[str, float],
    where: str = "",
    *,
    everything: bool = False,
    listed: bool = False,
) -> None:
    line = Line(meter.client, size, everything=everything, listed=listed)
    for k, settled in ((1, "settle"), (16, "settle 16 together")):
        admitted = f"admit k={k}"
        admit, settle = Kind(where + admitted, k, aims.get(admitted)), Kind(where + settled, k)
        meter.rounds_of(partial(admit_and_settle, meter, line, admit, settle))
        admit.report()
        settle.report()


def admit_and_settle(meter: Meter, line: Line, admit: Kind, settle: Kind) -> None:
    """One round of both, after which as much is in line as before."""
    admissions = meter.timed(admit, [partial(line.gate.admit, U, admit.jobs)] * 2 * CALLS)
    assert all(len(each.leases) == admit.jobs for each in admissions)
    meter.timed(settle, [partial(settle_all, line.gate, each.leases) for each in admissions])
    line.offer_again(lease.job for each in admissions for lease in each.leases)


def measure_refusals(meter: Meter) -> None:
    gate = filled(meter.client, 1_000)
    breaker = BreakerConfig(mode=BreakerMode.FORCED_OPEN)
    for name, config in {
        "refusal by the breaker": UpstreamConfig(U, 2, requests_per_minute=1, breaker=breaker),
        "refusal by the rate": UpstreamConfig(U, 3, requests_per_minute=1, burst=1),
    }.items():
        gate.configure(config)
        kind = Kind(name)
        meter.rounds_of(lambda kind=kind: meter.timed(kind, [partial(gate.admit, U)] * 2 * CALLS))  # type: ignore[misc]
        kind.report()


def measure_blocked(meter: Meter) -> None:
    gate = filled(meter.client, 2_000)
    gate.configure(UpstreamConfig(U, 2, flow_in_flight=1, max_in_flight=1_000_000))
    while len(gate.admit(U, 16).leases) == 16:
        pass
    kind = Kind("admit k=1, beside 200 blocked flows")
    late = iter(range(10**9))

    def one_round() -> None:
        for number, _ in zip(late, range(2 * CALLS), strict=False):
            gate.offer(U, Ticket(f"late{number}", f"late{number}", "late", tokens=900))
        admissions = meter.timed(kind, [partial(gate.admit, U)] * 2 * CALLS)
        settle_all(gate, [lease for each in admissions for lease in each.leases])

    meter.rounds_of(one_round)
    kind.report()


def compare_sizes(meter: Meter, sizes: Sequence[int]) -> None:
    """From few jobs in line to many, in the end of as many users."""
    ratios: list[tuple[float, float]] = []
    for size in sizes:
        meter.client.flushdb()
        empty = meter.memory()
        line = Line(meter.client, size, flows=size if size >= FLOWS else None)
        used = (meter.memory() - empty) / size
        admit, settle = Kind(f"admit k=1, {size:,} in line"), Kind(f"settle, {size:,} in line")
        meter.rounds_of(partial(admit_and_settle, meter, line, admit, settle))
        admit.report()
        settle.report()
        print(f"{'':36} {used:8.0f} bytes for each job")
        ratios.append((admit.ratio, settle.ratio))
    admit_grows, settle_grows = (large / small for small, large in zip(ratios[0], ratios[-1], strict=True))
    print(f"the largest by the smallest (aim 1.5): admit {admit_grows:.2f}, settle {settle_grows:.2f}")


def compare_with_peers(meter: Meter) -> None:
    """The whole decision, admit and settle, beside what others chain for a part of the same protection."""
    gate = filled(meter.client, 4_000, everything=True)
    contenders: dict[str, Callable[[], object]] = {
        "ours": partial(decide, gate),
        **dict(chains(meter.client)),
    }
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(meter.rounds + 1):
        for name, call in contenders.items():
            each = lap(call)
            if number:  # the first round loads the library
                taken[name].append(each)
    print(f"{'admit + settle at the client':42} {'median':>7} {'quietest':>8} {'ours (aim .30)':>16}")
    for name, times in taken.items():
        ratio = statistics.median(a / b for a, b in zip(taken["ours"], times, strict=True))
        print(f"{name:42} {statistics.median(times):7.0f} {min(times):8.0f} {ratio:16.2f}")


def decide(gate: RedisGate) -> None:
    leases: list[Lease] = []
    admit_into(gate, 1, leases)
    settle_next(gate, leases)


class Round(NamedTuple):
    """Microseconds of a call: in Redis one by one, in a row, the yardstick in a row, and at the client."""

    one_by_one: float
    in_a_row: float
    yardstick: float
    client: float


class Kind:
    """One kind of call, and what it took in each round."""

    def __init__(self, name: str, jobs: int = 1, aim: float | None = None) -> None:
        self.name, self.jobs, self.aim = name, jobs, aim
        self.rounds: list[Round] = []

    @property
    def ratio(self) -> float:
        """The median over the rounds of a job in a row by the yardstick beside it."""
        return statistics.median(each.in_a_row / each.yardstick for each in self._kept) / self.jobs

    def report(self) -> None:
        one_by_one, in_a_row, _, client = zip(*self._kept, strict=True)
        figures = [
            what(times) / self.jobs for times in (one_by_one, in_a_row) for what in (statistics.median, min)
        ]
        row = " ".join(f"{each:8.1f}" for each in figures)
        print(
            f"{self.name:36} {row} {self.aim or '':>5} {self.ratio:12.2f} {statistics.median(client):7.0f}",
            flush=True,
        )

    @property
    def _kept(self) -> list[Round]:
        return self.rounds[1:]  # the first loads the library and opens connections


class Meter:
    """Rounds of calls, each beside one of the yardstick."""

    def __init__(self, client: redis.Redis, clients: ThreadPoolExecutor, rounds: int) -> None:
        self.client, self._clients, self.rounds = client, clients, rounds
        self._digest = client.script_load(YARDSTICK)

    def yardstick(self) -> None:
        self.client.evalsha(self._digest, 0, *YARDSTICK_GIVEN)

    def memory(self) -> int:
        """Bytes that the server uses, without what it keeps for each connection."""
        self.client.connection_pool.disconnect()
        return int(self.client.info("memory")["used_memory"])

    def rounds_of(self, one_round: Callable[[], object]) -> None:
        for _ in range(self.rounds + 1):
            one_round()

    def timed(self, kind: Kind, calls: Sequence[Callable[[], T]]) -> list[T]:
        """One round: the first half of the calls one by one, the second in a row. What they return."""
        half = len(calls) // 2
        start = time.perf_counter()
        first, one_by_one = self._in_redis(lambda: [call() for call in calls[:half]])
        client = (time.perf_counter() - start) / half * 1e6
        second, in_a_row = self._in_redis(partial(self._in_a_row, calls[half:]))
        _, yardstick = self._in_redis(partial(self._in_a_row, [self.yardstick] * half))
        kind.rounds.append(Round(one_by_one, in_a_row, yardstick, client))
        return first + second

    def _in_redis(self, work: Callable[[], list[T]]) -> tuple[list[T], float]:
        self.client.config_resetstat()
        done = work()
        found = self.client.info("commandstats")  # the yardstick is a script, ours are functions
        return done, (found.get("cmdstat_fcall") or found["cmdstat_evalsha"])["usec_per_call"]

    def _in_a_row(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """Each from a client of its own, while what may write is paused until all have asked."""
        self.client.client_pause(60_000, all=False)
        asked = [self._clients.submit(call) for call in calls]
        while self.client.info("clients")["blocked_clients"] < len(calls):
            time.sleep(0.001)
        self.client.client_unpause()
        return [each.result() for each in asked]


def lap(call: Callable[[], object], calls: int = CALLS) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6


if __name__ == "__main__":
    main()
