"""What one admission decision costs: in Redis's own time, and at the client.

    python benchmarks/decision.py [--url redis://...] [--sizes 100,10000,100000] [--rounds 12]

Times are microseconds. Redis's own come from INFO commandstats. The machine may be shared: each round of
calls has beside it one of a yardstick, a script that makes as many commands as an admission and nothing else,
and `x yardstick` is the median over the rounds of one by the other, which moves less on a busy host.

However many jobs wait, the line holds about 10,000; the rest is held in Postgres, where no decision looks.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from _line import YARDSTICK, YARDSTICK_GIVEN, U, admit_into, filled, server, settle_next
from _peers import chains

from limiter.gate import BreakerConfig, BreakerMode, Lease, Ticket, UpstreamConfig

if TYPE_CHECKING:
    import redis

    from limiter.gate.redis import RedisGate

CALLS = 20  # in a round
FLOWS = 100_000


@dataclass(frozen=True)
class Timing:
    server: Sequence[float]  # of each round
    yardstick: Sequence[float]
    client: Sequence[float]

    def ratio(self, jobs: int = 1) -> float:
        pairs = zip(self.server, self.yardstick, strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs) / jobs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a Redis whose first database may be emptied; default: one of its own")
    parser.add_argument("--sizes", default="100,10000,100000", help="jobs waiting")
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with server(options.url) as client:
        meter = Meter(client, options.rounds)
        print(f"{'a job, in Redis':42}  median quietest   aim  x yardstick  client")
        meter.report("the yardstick", meter.timed(meter.yardstick))
        measure(meter, 2_000, {"admit k=1": 45, "admit k=16": 25})
        measure(meter, 2_000, {"admit k=1": 60, "admit k=16": 30}, "everything on: ", everything=True)
        measure(meter, 2_000, {}, "beside a list: ", listed=True)
        measure_refusals(meter)
        measure_parked(meter)
        compare_sizes(meter, sizes)
        compare_with_peers(meter)


def measure(meter: Meter, size: int, aims: dict[str, float], where: str = "", **how: bool) -> None:
    gate = filled(meter.client, size, **how)
    leases: list[Lease] = []
    for k in (1, 16):
        name = f"admit k={k}"
        meter.report(
            where + name, meter.timed(partial(admit_into, gate, k, leases), size // 2 // k), k, aims.get(name)
        )
    meter.report(f"{where}settle", meter.timed(partial(settle_next, gate, leases)))
    together = meter.timed(partial(settle_next, gate, leases, 16), len(leases) // 16)
    meter.report(f"{where}settle 16 together", together, 16)


def measure_refusals(meter: Meter) -> None:
    gate = filled(meter.client, 1_000)
    breaker = BreakerConfig(mode=BreakerMode.FORCED_OPEN)
    gate.configure(UpstreamConfig(U, 2, requests_per_minute=1, breaker=breaker))
    meter.report("refusal by the breaker", meter.timed(lambda: gate.admit(U)))
    gate.configure(UpstreamConfig(U, 3, requests_per_minute=1, burst=1))
    meter.report("refusal by the rate", meter.timed(lambda: gate.admit(U)))


def measure_parked(meter: Meter) -> None:
    gate = filled(meter.client, 2_000)
    gate.configure(UpstreamConfig(U, 2, flow_in_flight=1, max_in_flight=1_000_000))
    while len(gate.admit(U, 16).leases) == 16:
        pass
    for number in range(1_000):
        gate.offer(U, Ticket(f"late{number}", f"late{number}", "late", tokens=900))
    meter.report("admit k=1, beside 200 parked flows", meter.timed(lambda: gate.admit(U)))


def compare_sizes(meter: Meter, sizes: Sequence[int]) -> None:
    """From few jobs in line to many, in the end of as many users."""
    ratios: dict[int, list[float]] = {}
    for size in sizes:
        meter.client.flushdb()
        empty = meter.memory()
        gate, leases = filled(meter.client, size, flows=size if size >= FLOWS else None), list[Lease]()
        used = (meter.memory() - empty) / size
        admit = meter.timed(partial(admit_into, gate, 1, leases), size // 2)
        settle = meter.timed(partial(settle_next, gate, leases), len(leases))
        meter.report(f"admit k=1, {size:,} in line", admit)
        meter.report(f"settle, {size:,} in line", settle)
        print(f"{'':42} {used:7.0f} bytes for each job")
        ratios[size] = [admit.ratio(), settle.ratio()]
    admit_grows, settle_grows = (
        large / small for small, large in zip(ratios[sizes[0]], ratios[sizes[-1]], strict=True)
    )
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
            if number:  # the first round loads scripts
                taken[name].append(each)
    print(f"{'admit + settle at the client':42} {'median':>7} {'quietest':>8} {'ours (aim .33)':>16}")
    for name, times in taken.items():
        ratio = statistics.median(a / b for a, b in zip(taken["ours"], times, strict=True))
        print(f"{name:42} {statistics.median(times):7.0f} {min(times):8.0f} {ratio:16.2f}")


def decide(gate: RedisGate) -> None:
    leases: list[Lease] = []
    admit_into(gate, 1, leases)
    settle_next(gate, leases)


class Meter:
    """Rounds of calls, each followed by one of the yardstick."""

    def __init__(self, client: redis.Redis, rounds: int) -> None:
        self.client, self.rounds = client, rounds

    def yardstick(self) -> None:
        self.client.evalsha(self._digest, 0, *YARDSTICK_GIVEN)

    def memory(self) -> int:
        return int(self.client.info("memory")["used_memory"])

    def timed(self, call: Callable[[], object], calls: int = 10**9) -> Timing:
        """As many rounds as there are calls for, of which the first is made beforehand."""
        self._digest = self.client.script_load(YARDSTICK)
        call()
        times: list[tuple[float, float, float]] = []
        for _ in range(min(self.rounds, (calls - 1) // CALLS)):
            client, own = self._round(call)
            times.append((own, self._round(self.yardstick)[1], client))
        return Timing(*zip(*times, strict=True))

    def _round(self, call: Callable[[], object]) -> tuple[float, float]:
        self.client.config_resetstat()
        client = lap(call)
        return client, self.client.info("commandstats")["cmdstat_evalsha"]["usec_per_call"]

    def report(self, name: str, timing: Timing, jobs: int = 1, aim: float | None = None) -> None:
        print(
            f"{name:42} {statistics.median(timing.server) / jobs:7.1f} {min(timing.server) / jobs:8.1f} "
            f"{aim or '':>5} {timing.ratio(jobs):12.2f} {statistics.median(timing.client):7.0f}",
            flush=True,
        )


def lap(call: Callable[[], object], calls: int = CALLS) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6


if __name__ == "__main__":
    main()
