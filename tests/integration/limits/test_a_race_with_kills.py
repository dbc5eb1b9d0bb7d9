"""Eight processes hold leases through the public interface, and some are killed: never more than may."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import cast

import pytest
import redis

PROCESSES, MOST, ROUNDS = 8, 3, 12
PROGRAM = """
import os, sys, time
import redis
import limiter

url, name = sys.argv[1:]
client = redis.Redis.from_url(url)
limiter.configure(redis=url, concurrency={"shared": {"most": 3, "lease_seconds": 2}})
while True:
    with limiter.concurrency("shared", wait=60) as lease:
        moment = time.monotonic_ns()
        client.rpush("race", f"{name} in {moment}")
        time.sleep(0.02)
        client.rpush("race", f"{name} out {moment}")
"""


def started(url: str, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, url, name])


@pytest.mark.faults
def test_never_more_than_may_and_each_place_comes_back(redis_client: redis.Redis) -> None:
    """What goes in and out is kept in one list of the server, in the order in which it happened there."""
    url, chance = os.environ["REDIS_URL"], random.Random(7)
    running = {f"p{number}": started(url, f"p{number}") for number in range(PROCESSES)}
    killed = 0
    try:
        for number in range(ROUNDS):
            grown(redis_client, 20)
            if number % 2:
                name = chance.choice(sorted(running))
                process = running.pop(name)
                process.send_signal(signal.SIGKILL)
                process.wait()
                redis_client.rpush("race", f"{name} killed {time.monotonic_ns()}")
                killed += 1
                running[f"{name}x"] = started(url, f"{name}x")
        grown(redis_client, 20)
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    entries = cast("list[bytes]", redis_client.lrange("race", 0, -1))
    assert most_at_once([entry.decode().split() for entry in entries]) == MOST
    assert killed == ROUNDS // 2


def most_at_once(entries: list[list[str]]) -> int:
    """By the order of the list; a killed one is out from its end on."""
    inside: set[str] = set()
    most = 0
    for name, what, _ in entries:
        inside.discard(name)
        if what == "in":
            inside.add(name)
            most = max(most, len(inside))
    return most


def grown(client: redis.Redis, by: int) -> None:
    """Wait until so many more have gone in or out: a place that never came back would end this."""
    before, deadline = client.llen("race"), time.monotonic() + 120
    while client.llen("race") < before + by:
        assert time.monotonic() < deadline, "nobody gets in any more"
        time.sleep(0.01)
