"""Several real processes on one key never get more than the algorithm's bound together."""

from __future__ import annotations

import subprocess
import sys

import pytest
import redis

from limiter.algorithms.limits import Algorithm, compile_rule
from limiter.algorithms.limits.redis import RedisLimits

PROCESSES, TRIES = 4, 150
SCRIPT = """
import sys, redis
from limiter.algorithms.limits import compile_rule
from limiter.algorithms.limits.redis import RedisLimits
url, algorithm, rate, tries = sys.argv[1:]
limits = RedisLimits(redis.Redis.from_url(url))
rule = compile_rule(algorithm, rate)
print(sum(limits.take(rule, "shared").allowed for _ in range(int(tries))))
"""


@pytest.mark.parametrize("algorithm", Algorithm)
def test_processes_share_one_limit(redis_client: redis.Redis, redis_url: str, algorithm: Algorithm) -> None:
    """The window is a day, so what comes back while they run is less than one unit."""
    rule = compile_rule(algorithm, "100/d")
    command = [sys.executable, "-c", SCRIPT, redis_url, algorithm.value, "100/d", str(TRIES)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    let_in = sum(int(process.communicate()[0]) for process in running)
    assert let_in == rule.most
    assert not RedisLimits(redis_client).peek(rule, "shared").allowed


def test_a_key_expires_once_it_is_at_rest(redis_client: redis.Redis) -> None:
    limits = RedisLimits(redis_client)
    for algorithm in Algorithm:
        rule = compile_rule(algorithm, "10/m")
        rest = limits.take(rule, "k").rest
        lives = redis_client.pttl(limits.name_of(rule, "k"))
        assert lives > rest / 1000
