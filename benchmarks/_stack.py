"""A scenario on the real stack: the gate in Redis, threads with boto3 over HTTP, the Bedrock simulator.

Time is compressed: durations are divided by `speed` and rates multiplied by it. What comes out is a trace in
the seconds of the scenario, as the simulation makes it.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import boto3
from _line import server
from botocore.config import Config
from botocore.exceptions import ClientError

from feedback.development.simulator.serving.hosting import SimulatorProcess
from limiter.gate import Lease, Outcome, UpstreamConfig, Usage
from limiter.gate.redis import RedisGate
from limiter.simulation.model import Call, Job, Limits, SimulatedRun, Trace
from limiter.simulation.policies import UPSTREAM, Policy
from limiter.simulation.provider import ProviderPlan
from limiter.simulation.station import BATCH, Retries
from limiter.simulation.workload import LONGEST_CALL, MINUTE, SHORTEST_CALL

MODEL = "anthropic.claude-sonnet"
REQUEST = {
    "modelId": MODEL,
    "messages": [{"role": "user", "content": [{"text": "A short section."}]}],
    "inferenceConfig": {"maxTokens": 100},
}
POLL = 0.01  # real seconds at most between two questions to the gate: an arrival wakes no worker here


def played(
    jobs: Sequence[Job], *, plan: ProviderPlan, policy: Policy, limits: Limits, speed: float, seed: int
) -> Trace:
    """The trace of these jobs under a policy with one gate for all."""
    quota = plan.quotas[0].per_minute
    allowed = {"requests_per_minute": quota, "burst_seconds": plan.burst / quota * MINUTE}
    latency = {"total": {"low": SHORTEST_CALL, "high": LONGEST_CALL}}
    settings: dict[str, Any] = {"speed": speed, "latency": latency, "frame_seconds": 0.5}
    with server(None) as client, SimulatorProcess(**settings, quotas={MODEL: allowed}) as simulator:
        gate = RedisGate(client)
        (config,) = policy.configurations(limits)
        gate.configure(_compressed(config, speed))
        stack = _Stack(gate, _bedrock(simulator.url, limits.slots), policy, speed, Random(seed))
        return stack.run(jobs, limits.slots)


def _compressed(config: UpstreamConfig, speed: float) -> UpstreamConfig:
    control = replace(
        config.control,
        period_seconds=config.control.period_seconds / speed,
        recovery_seconds=config.control.recovery_seconds / speed,
    )
    return replace(config, requests_per_minute=(config.requests_per_minute or 0.0) * speed, control=control)


def _bedrock(url: str, connections: int) -> Any:
    return boto3.client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=url,
        aws_access_key_id="simulated", aws_secret_access_key="simulated",  # noqa: S106 - any do
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=connections),
    )  # fmt: skip


@dataclass
class _Stack:
    gate: RedisGate
    bedrock: Any
    policy: Policy
    speed: float
    chance: Random
    retries: Retries = field(default_factory=Retries)
    coming: list[tuple[float, str]] = field(default_factory=list)  # when each is offered
    runs: dict[str, SimulatedRun] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: float = 0.0

    def run(self, jobs: Sequence[Job], slots: int) -> Trace:
        self.runs = {job.id: SimulatedRun(job) for job in jobs}
        self.coming = [(job.arrives, job.id) for job in jobs]
        heapq.heapify(self.coming)
        self.begun = time.monotonic()
        with ThreadPoolExecutor(slots) as pool:
            while any(run.ended is None for run in self.runs.values()):
                self._offer_what_came()
                admission = self.gate.admit(UPSTREAM, BATCH)
                for lease in admission.leases:
                    pool.submit(self._call, lease)
                if not admission.leases:
                    time.sleep(min(admission.wait_seconds or POLL, POLL))
        end = max(run.ended or 0.0 for run in self.runs.values())
        return Trace(self.policy.name, list(self.runs.values()), self.calls, end=end)

    def _now(self) -> float:
        """Seconds of the scenario."""
        return (time.monotonic() - self.begun) * self.speed

    def _offer_what_came(self) -> None:
        while True:
            with self.lock:
                if not self.coming or self.coming[0][0] > self._now():
                    return
                _, job = heapq.heappop(self.coming)
            self.gate.offer(UPSTREAM, self.policy.ticket(self.runs[job].job))

    def _call(self, lease: Lease) -> None:
        run, start = self.runs[lease.job], self._now()
        run.started, run.attempts = start, run.attempts + 1
        outcome = self._ask(lease)
        usage = run.job.usage if outcome is Outcome.SUCCESS else Usage()
        self.gate.settle(UPSTREAM, lease.id, outcome, usage)
        now = self._now()
        with self.lock:
            self.calls.append(Call(lease.job, start, now, outcome, usage.charge()))
            pause = None if outcome is Outcome.SUCCESS else self.retries.pause(run, self.chance)
            if pause is None:
                run.outcome, run.ended = outcome, now
            else:
                heapq.heappush(self.coming, (now + pause, lease.job))

    def _ask(self, lease: Lease) -> Outcome:
        try:
            stream = self.bedrock.converse_stream(**REQUEST)["stream"]
            self.gate.accepted(UPSTREAM, [lease.id])
            for _ in stream:
                pass
        except ClientError:
            return Outcome.THROTTLED
        return Outcome.SUCCESS
