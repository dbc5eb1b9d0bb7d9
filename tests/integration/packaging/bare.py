"""A program without Django and RQ: limits by name, in memory, and in Redis where REDIS_URL names one."""

# ruff: noqa: T201 - a program that says what it did

import asyncio
import importlib.util
import os
import sys
from typing import Any

import limiter

for name in ("django", "rq", "django_rq", "pydantic"):
    assert importlib.util.find_spec(name) is None, name

RULES: dict[str, Any] = {
    "limits": {"emails": {"rate": "2/d"}},
    "breakers": {"library": {"failures": 1, "open_seconds": 20}},
    "concurrency": {"reports": {"most": 1}},
}


def fails() -> None:
    raise ConnectionError


def use() -> None:
    assert [limiter.limit("emails", key=1).take().allowed for _ in range(3)] == [True, True, False]
    assert limiter.limit("emails", key="1").take().allowed
    with limiter.concurrency("reports") as lease:
        assert not lease.is_lost
        try:
            limiter.concurrency("reports").acquire()
        except limiter.ConcurrencyExceeded as refused:
            print(refused)
    for expected in (ConnectionError, limiter.CircuitOpenError):
        try:
            limiter.breaker("library").call(fails)
        except expected as error:
            print(type(error).__name__)


async def use_later() -> None:
    assert (await limiter.limit("emails", key=2).atake()).allowed
    async with limiter.concurrency("reports", wait=5):
        print("a coroutine holds a lease")


for redis in (None, os.environ["REDIS_URL"]):
    limiter.configure(redis=redis, **RULES)
    use()
    asyncio.run(use_later())
try:
    limiter.configure(redis=None, limits={"emails": {"rate": "2/d", "burst": float("nan")}})
except Exception as error:
    print(error)
assert not any(name.split(".")[0] in ("django", "rq") for name in sys.modules)
print("done")
