"""Real processes on one Redis: whatever the race, the limits hold."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from limiter.gate import BreakerConfig, Ticket, UpstreamConfig
from limiter.gate.redis import RedisGate

if TYPE_CHECKING:
    import redis

U = "bedrock"
PROCESSES = 6
WORKER = """
import json, random, sys, time
import redis
from limiter.gate import Outcome
from limiter.gate.redis import RedisGate

url, until, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
gate, random = RedisGate(redis.Redis.from_url(url)), random.Random(seed)
held, log = [], []
while time.time() < until:
    admission = gate.admit("bedrock", random.randint(1, 4))
    log += [["admit", lease.job, admission.now, lease.probe] for lease in admission.leases]
    held += admission.leases
    random.shuffle(held)
    while held and random.random() < 0.6:
        lease = held.pop()
        outcome = random.choices([Outcome.SUCCESS, Outcome.FAILURE, Outcome.RETURNED], [8, 3, 1])[0]
        settled = gate.settle("bedrock", lease.id, outcome)
        log.append(["settle", lease.job, settled.applied, lease.probe])
    if not admission.leases:
        gate.wait(["bedrock"], min(admission.wait_seconds or 0.2, 0.2))
for lease in held:
    log.append(["settle", lease.job, gate.settle("bedrock", lease.id, Outcome.SUCCESS).applied, lease.probe])
with open(sys.argv[4], "w") as file:
    json.dump(log, file)
"""


@dataclass(frozen=True)
class Seen:
    """What an onlooker saw while the processes ran."""

    most_in_flight: int
    most_probes: int


@pytest.fixture
def gate(redis_client: redis.Redis) -> RedisGate:
    gate = RedisGate(redis_client)
    gate.configure(
        UpstreamConfig(
            U, 1, requests_per_minute=3_000, burst=20, max_in_flight=9, flow_in_flight=3,
            breaker=BreakerConfig(failures=3, open_seconds=0.2, open_max_seconds=0.5, probes=2),
        )
    )  # fmt: skip
    for number in range(2_000):
        flow = f"flow{number % 23}"
        gate.offer(U, Ticket(f"job{number}", flow, f"group{number % 4}", tokens=number % 300))
    return gate


def test_six_processes_never_exceed_a_limit_and_run_no_job_twice(
    gate: RedisGate, redis_url: str, tmp_path: Path
) -> None:
    begin = gate.status(U)
    until = time.time() + 6
    logs = [tmp_path / f"{seed}.json" for seed in range(PROCESSES)]
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, redis_url, str(until), str(seed), str(log)])
        for seed, log in enumerate(logs)
    ]
    seen = watch(gate, workers)
    events = [event for log in logs for event in json.loads(log.read_text())]
    end = gate.status(U)

    admitted = Counter(job for kind, job, *_ in events if kind == "admit")
    settled = [event for event in events if event[0] == "settle"]
    returned = end.counters.get("settled_returned", 0)
    moments = [moment for kind, _, moment, _ in events if kind == "admit"]
    assert len(admitted) > 50, "the processes must have had work"
    assert max(admitted.values()) == 1
    assert all(applied for _, _, applied, _ in settled)
    assert len(admitted) <= 20 + 50 * (max(moments) - begin.now) + returned
    assert seen.most_in_flight <= 9
    assert seen.most_probes <= 2
    assert (end.in_flight, end.waiting) == (0, 2_000 - len(admitted))


def watch(gate: RedisGate, workers: list[subprocess.Popen[bytes]]) -> Seen:
    """Look at the upstream until every process ended; each look is atomic."""
    most_in_flight = most_probes = 0
    deadline = time.time() + 120
    while any(worker.poll() is None for worker in workers) and time.time() < deadline:
        status = gate.status(U)
        most_in_flight = max(most_in_flight, status.in_flight)
        most_probes = max(most_probes, status.probes)
        assert all(flow.in_flight <= 3 for flow in status.flows.values())
    return Seen(most_in_flight, most_probes)
