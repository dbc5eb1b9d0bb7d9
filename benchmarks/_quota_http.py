"""A trace over HTTP: every contender calls a Bedrock simulator of its own with boto3."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import boto3
from _line import server
from _quota_contenders import (
    BOTOCORE,
    BURST_SECONDS,
    CONFIGURATIONS,
    THREADS,
    Options,
    Phase,
    Seen,
    U,
)
from botocore.config import Config
from botocore.exceptions import ClientError

from feedback.development.simulator.serving.hosting import SimulatorProcess
from limiter.gate import Outcome, Ticket, UpstreamConfig
from limiter.gate.redis import RedisGate

if TYPE_CHECKING:
    import redis

MODEL = "anthropic.claude-sonnet"
POLL = 0.05  # real seconds at most between two questions to the gate
REQUEST = {
    "modelId": MODEL,
    "messages": [{"role": "user", "content": [{"text": "A short section."}]}],
    "inferenceConfig": {"maxTokens": 100},
}

Driver = Callable[[str, "redis.Redis", Options, threading.Event], None]


def play(name: str, options: Options) -> tuple[list[Phase], Seen]:
    """The whole trace with one contender; what its provider saw."""
    drive = CONTENDERS[name]
    settings: dict[str, Any] = {
        "speed": options.speed,
        "latency": {"total": {"low": 5, "high": 10}},
        "frame_seconds": 1.0,
    }
    with server(None) as client, SimulatorProcess(**settings, quotas=_quota(options.base)) as simulator:
        seen, stop, phases = Seen(), threading.Event(), []
        threads = [
            threading.Thread(target=_watch, args=(simulator, seen, stop)),
            threading.Thread(target=drive, args=(simulator.url, client, options, stop)),
        ]
        for thread in threads:
            thread.start()
        while not seen.taken:  # until the client is built
            time.sleep(0.05)
        for stage in options.trace.stages:
            simulator.change(quotas=_quota(stage.share * options.base))
            begun = time.monotonic()
            time.sleep(options.phase * stage.length)
            phases.append(Phase(stage.share * options.rate / 60, begun, time.monotonic()))
        stop.set()
        for thread in threads:
            thread.join()
    return phases, seen


def _quota(per_minute: float) -> dict[str, Any]:
    return {MODEL: {"requests_per_minute": per_minute, "burst_seconds": BURST_SECONDS}}


def _watch(simulator: SimulatorProcess, seen: Seen, stop: threading.Event) -> None:
    """The provider's own counters, ten times a second."""
    requests = throttles = 0
    while not stop.wait(0.1):
        stats, now = simulator.stats(), time.monotonic()
        refused = sum(stats["throttles"].values())
        seen.throttled += [now] * (refused - throttles)
        seen.taken += [now] * (stats["requests"] - requests - (refused - throttles))
        requests, throttles = stats["requests"], refused


def gated(config: Callable[[Options], UpstreamConfig]) -> Driver:
    """One process that admits and many threads that call."""

    def drive(url: str, client: redis.Redis, options: Options, stop: threading.Event) -> None:
        gate, bedrock, numbers = RedisGate(client), _bedrock(url, {"total_max_attempts": 1}), count()
        gate.configure(config(options))
        for _ in range(4 * THREADS):
            gate.offer(U, Ticket(f"job{next(numbers)}", "ann", tokens=1))
        with ThreadPoolExecutor(THREADS) as pool:
            while not stop.is_set():
                admission = gate.admit(U, 4)
                for lease in admission.leases:
                    gate.offer(U, Ticket(f"job{next(numbers)}", "ann", tokens=1))
                    pool.submit(_call_with_lease, gate, bedrock, lease.id)
                if not admission.leases:
                    time.sleep(min(admission.wait_seconds or POLL, POLL))

    return drive


def _call_with_lease(gate: RedisGate, bedrock: Any, lease: str) -> None:
    try:
        stream = bedrock.converse_stream(**REQUEST)["stream"]
        gate.accepted(U, [lease])
        for _ in stream:
            pass
        gate.settle(U, lease, Outcome.SUCCESS)
    except ClientError:
        gate.settle(U, lease, Outcome.THROTTLED)


def by_itself(url: str, client: redis.Redis, options: Options, stop: threading.Event) -> None:
    """botocore's adaptive retry mode: no gate, all threads on one client, paced by its rate limiter."""
    bedrock = _bedrock(url, {"mode": "adaptive", "total_max_attempts": 3})

    def call_on() -> None:
        while not stop.is_set():
            with suppress(ClientError):
                for _ in bedrock.converse_stream(**REQUEST)["stream"]:
                    pass

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(THREADS):
            pool.submit(call_on)


def _bedrock(url: str, retries: dict[str, Any]) -> Any:
    return boto3.client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=url,
        aws_access_key_id="simulated", aws_secret_access_key="simulated",  # noqa: S106 - any do
        config=Config(retries=cast(Any, retries), max_pool_connections=THREADS),
    )  # fmt: skip


CONTENDERS: dict[str, Driver] = {name: gated(config) for name, config in CONFIGURATIONS.items()}
CONTENDERS[BOTOCORE] = by_itself
