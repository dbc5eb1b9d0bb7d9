"""Real processes on one Redis: whatever the race, the limits hold."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from limiter.gate import BreakerConfig, Reason, Ticket, UpstreamConfig
from limiter.gate.redis import RedisGate

if TYPE_CHECKING:
    import redis

U = "bedrock"
PROCESSES = 8
RATE, BURST = 50.0, 20  # requests a second, and at once
TOKENS, TOKENS_BURST = 12_000.0, 6_000  # tokens a second, and at once
WORKER = """
import json, random, sys, time
import redis
from limiter.gate import Outcome, Usage
from limiter.gate.redis import RedisGate

url, seconds, seed, processes = sys.argv[1], *map(int, sys.argv[2:5])
client = redis.Redis.from_url(url)
gate, random = RedisGate(client), random.Random(seed)
held, log = [], []
client.incr("ready")
while int(client.get("ready")) < processes:
    time.sleep(0.01)
until = time.time() + seconds

def settle(lease, outcome):
    used = int(lease.tokens * random.uniform(0.2, 1.3))
    settled = gate.settle("bedrock", lease.id, outcome, Usage(input_tokens=used))
    charged = 0 if outcome is Outcome.RETURNED else used
    log.append({"kind": "settle", "job": lease.job, "applied": settled.applied, "charged": charged,
                "debt": max(0, charged - lease.tokens)})

while time.time() < until or (int(client.get("work") or 0) < 100 and time.time() < until + 120):
    admission = gate.admit("bedrock", random.randint(1, 4))
    for lease in admission.leases:
        log.append({"kind": "admit", "job": lease.job, "at": admission.now})
    client.incr("work", len(admission.leases))
    held += admission.leases
    random.shuffle(held)
    while held and random.random() < 0.6:
        outcomes = [Outcome.SUCCESS, Outcome.FAILURE, Outcome.RETURNED]
        settle(held.pop(), random.choices(outcomes, [8, 3, 1])[0])
    if not admission.leases:
        gate.wait(["bedrock"], min(admission.wait_seconds or 0.2, 0.2))
for lease in held:
    settle(lease, Outcome.SUCCESS)
with open(sys.argv[5], "w") as file:
    json.dump(log, file)
"""


@dataclass(frozen=True)
class Seen:
    """What an onlooker saw while the processes ran."""

    most_in_flight: int
    most_in_a_flow: int
    most_probes: int


@pytest.fixture
def gate(redis_client: redis.Redis) -> RedisGate:
    gate = RedisGate(redis_client)
    gate.configure(
        UpstreamConfig(
            U, 1, requests_per_minute=RATE * 60, burst=BURST, max_in_flight=9, flow_in_flight=3,
            tokens_per_minute=int(TOKENS * 60), tokens_burst=TOKENS_BURST,
            breaker=BreakerConfig(failures=3, open_seconds=0.2, open_max_seconds=0.5, probes=2),
        )
    )  # fmt: skip
    for number in range(3_000):
        flow = f"flow{number % 23}"
        gate.offer(U, Ticket(f"job{number}", flow, f"group{number % 4}", tokens=1 + number % 900))
    return gate


@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.long)])
def test_eight_processes_never_exceed_a_limit_and_run_no_job_twice(
    gate: RedisGate, redis_url: str, tmp_path: Path, seconds: int
) -> None:
    begin = gate.status(U)
    logs = [tmp_path / f"{seed}.json" for seed in range(PROCESSES)]
    command = [sys.executable, "-c", WORKER, redis_url, str(seconds)]
    workers = [
        subprocess.Popen([*command, str(seed), str(PROCESSES), str(log)]) for seed, log in enumerate(logs)
    ]
    seen = watch(gate, workers)
    events = [event for log in logs for event in json.loads(log.read_text())]
    end = gate.status(U)

    admitted = [event for event in events if event["kind"] == "admit"]
    settled = [event for event in events if event["kind"] == "settle"]
    assert len(admitted) >= 100, "the processes must have had work"
    assert max(Counter(event["job"] for event in admitted).values()) == 1
    assert all(event["applied"] for event in settled)
    assert (end.in_flight, end.waiting) == (0, 3_000 - len(admitted))
    assert (seen.most_in_flight <= 9, seen.most_in_a_flow <= 3, seen.most_probes <= 2) == (True, True, True)

    moments = sorted(event["at"] for event in admitted)
    assert most_beyond_the_rate(moments) <= BURST + end.counters.get("settled_returned", 0) + 1e-3
    spent, debt = (sum(event[each] for event in settled) for each in ("charged", "debt"))
    free = begin.levels[Reason.TOKENS_PER_MINUTE].free
    assert spent <= free + TOKENS * (moments[-1] - begin.now) + debt + 1


def most_beyond_the_rate(moments: list[float]) -> float:
    """Over every span between two admissions, the most that was let in beyond rate x time."""
    most, least = 0.0, math.inf
    for number, moment in enumerate(moments):
        least = min(least, number - RATE * moment)
        most = max(most, number + 1 - RATE * moment - least)
    return most


def watch(gate: RedisGate, workers: list[subprocess.Popen[bytes]]) -> Seen:
    """Look at the upstream until every process ended; each look is atomic."""
    looks = [gate.status(U)]
    deadline = time.time() + 240
    while any(worker.poll() is None for worker in workers) and time.time() < deadline:
        looks.append(gate.status(U))
        time.sleep(0.02)
    return Seen(
        max(look.in_flight for look in looks),
        max((flow.in_flight for look in looks for flow in look.flows.values()), default=0),
        max(look.probes for look in looks),
    )
