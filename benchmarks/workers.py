"""Jobs a second through one worker process, and memory for each job in flight, beside the peers.

No-op jobs. Every worker drains its own queue in a process of its own, in interleaved rounds; the median of
each is printed as a ratio to rq's SimpleWorker. Ours runs with everything on: breaker, requests and tokens a
minute, tokens a day, personal limits, calls in flight, two levels of fairness, leases, registries, results,
heartbeats. All are on the same Redis, but Procrastinate: its queue is in a PostgreSQL with fsync on.

Beside the rate stands what each job took of the worker's processor: on a machine that others use too, that is
the figure to compare.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout

HERE = Path(__file__).parent
ROOT = HERE.parent
ROUNDS = 3
SLOTS = 50  # of ours, as many threads as the peers have
IN_FLIGHT = 200
CELERY_COUNT = "celery:done"  # _celery.py counts there
GATED, PLAIN = "offline", "parse"
FLOWS, GROUPS = 50, 5
SMALL, LARGE, OURS = 300, 2_000, 6_000  # jobs a round, so that each takes seconds
SETTINGS = """
from config.settings.test import *
LIMITER_LEDGER = "limiter.rq.ledger.HashLedger"
LIMITER_QUEUES = {"offline": "offline"}
LIMITER_ALLOWED_CALLABLES = None
RQ = {**RQ, "COMMIT_MODE": "auto"}
"""


def nothing() -> None:
    """The job."""


def sleeps(seconds: float) -> None:
    time.sleep(seconds)


# In the worker's process ----------------------------------------------------------------------


def drain(kind: str) -> None:
    """Drain the queue; print the seconds that it took, and how many of them on the processor."""
    if kind == "procrastinate":
        import _procrastinate

        print(*_procrastinate.drain())
        return
    import django

    django.setup()
    connection = Redis.from_url(os.environ["REDIS_URL"])
    worker = _worker(kind, connection)
    began, worked = time.perf_counter(), _processor()
    worker.work(burst=True, logging_level="ERROR")
    print(time.perf_counter() - began, _processor() - worked)


def _processor() -> float:
    """Seconds of this process and of those that it forked and that ended."""
    return sum(os.times()[:4])


def _worker(kind: str, connection: Redis) -> Any:
    from rq import Queue, SimpleWorker, Worker

    from limiter.rq.worker import ConcurrentWorker

    if kind in ("gated", "ungated"):
        name = GATED if kind == "gated" else PLAIN
        return ConcurrentWorker([name], connection=connection)
    stock = {"rq": Worker, "simple": SimpleWorker}[kind]
    return stock([Queue(PLAIN, connection=connection)], connection=connection)


def hold() -> None:
    """Hold sleeping jobs in flight; print the resident kilobytes before and with them."""
    import threading

    import django

    django.setup()
    connection = Redis.from_url(os.environ["REDIS_URL"])
    worker = _worker("gated", connection)
    idle = _resident()

    def measure() -> None:
        while len(worker.in_flight) < IN_FLIGHT:
            time.sleep(0.05)
        print(idle, _resident(), flush=True)

    threading.Thread(target=measure, daemon=True).start()
    worker.work(burst=True, logging_level="ERROR")


def _resident() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


# In the process that measures -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    rate: float  # jobs a second
    processor: float  # microseconds of it for each


def enqueue(redis: Redis, queue: str, jobs: int, function: Callable[..., None], *args: object) -> None:
    from limiter.rq.queue import GatedQueue

    _open_the_gate(redis)
    name = f"benchmarks.workers.{function.__name__}"
    datas = [
        GatedQueue.prepare_data(
            name,
            args,
            gate_flow=f"f{i % FLOWS}",
            gate_group=f"g{i % GROUPS}",
            gate_tokens=500,
            gate_output=500,
        )
        for i in range(jobs)
    ]
    GatedQueue(queue, connection=redis).enqueue_many(datas)


def _open_the_gate(redis: Redis) -> None:
    """Every limit that there is, and none that binds."""
    from limiter.gate import FlowPolicy, UpstreamConfig
    from limiter.rq.upstreams import gate_on

    gate = gate_on(redis)
    gate.configure(
        UpstreamConfig(
            GATED, 1, requests_per_minute=6e6, burst=1e5, tokens_per_minute=10**10, tokens_per_day=10**12,
            max_in_flight=1_000,
        )
    )  # fmt: skip
    policy = FlowPolicy(1, max_in_flight=500, requests_per_minute=6e6, burst=1e5, tokens_per_day=10**11)
    gate.set_policies(
        GATED,
        flows={f"f{number}": policy for number in range(FLOWS)},
        groups={f"g{number}": 1.0 + number for number in range(GROUPS)},
    )


def measure(kind: str, redis: Redis, environment: dict[str, str]) -> Measured:
    """One round."""
    redis.flushdb()
    if kind == "celery":
        return _measure_celery(redis, environment)
    jobs = {"rq": SMALL, "simple": SMALL, "procrastinate": LARGE}.get(kind, OURS)
    if kind == "procrastinate":
        import _procrastinate

        _procrastinate.fill(jobs)
    else:
        enqueue(redis, GATED if kind == "gated" else PLAIN, jobs, nothing)
    seconds, worked = map(float, _run(["-m", "benchmarks.workers", "drain", kind], environment).split()[-2:])
    return Measured(jobs / seconds, worked / jobs * 1e6)


def _measure_celery(redis: Redis, environment: dict[str, str]) -> Measured:
    """Threads, 50 of them, acks_late; from the first of its jobs to the last."""
    import psutil
    from celery import Celery

    app = Celery(broker=environment["CELERY_REDIS"])
    for _ in range(LARGE):
        app.send_task("nothing")
    arguments = ["-A", "_celery", "worker", "-P", "threads", "-c", "50", "-l", "ERROR"]
    flags = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = psutil.Popen(
        [sys.executable, "-m", "celery", *arguments, *flags], cwd=ROOT / "benchmarks", env=environment
    )
    try:
        first, began = _await(redis, CELERY_COUNT, 1)
        before = worker.cpu_times()
        last, ended = _await(redis, CELERY_COUNT, LARGE)
        after = worker.cpu_times()
        worked = after.user + after.system - before.user - before.system
        return Measured((last - first) / (ended - began), worked / (last - first) * 1e6)
    finally:
        worker.terminate()
        worker.wait()


def _await(redis: Redis, key: str, least: int) -> tuple[int, float]:
    while (count := int(redis.get(key) or 0)) < least:
        time.sleep(0.005)
    return count, time.perf_counter()


def _run(arguments: list[str], environment: dict[str, str]) -> str:
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr[-3_000:])
    return ran.stdout


KINDS = {
    "gated": "GatedQueue + ConcurrentWorker",
    "ungated": "the same, no upstream",
    "rq": "rq Worker",
    "simple": "rq SimpleWorker",
    "celery": "Celery, 50 threads",
    "procrastinate": "Procrastinate, 50 at once",
}


def compare(redis: Redis, environment: dict[str, str]) -> None:
    found: dict[str, list[Measured]] = {kind: [] for kind in KINDS}
    slots = {**environment, "LIMITER_WORKER_SLOTS": str(SLOTS)}
    for _ in range(ROUNDS):
        for kind in KINDS:
            found[kind].append(measure(kind, redis, slots))
            print(f"  {KINDS[kind]}: {found[kind][-1].rate:,.0f}", flush=True)
    rates = {kind: statistics.median(each.rate for each in rounds) for kind, rounds in found.items()}
    work = {kind: statistics.median(each.processor for each in rounds) for kind, rounds in found.items()}
    print(f"{'no-op jobs, one process':32}{'jobs/s':>10}{'of SimpleWorker':>18}{'µs CPU a job':>14}")
    for kind, label in KINDS.items():
        print(f"{label:32}{rates[kind]:>10,.0f}{rates[kind] / rates['simple']:>18.1f}{work[kind]:>14,.0f}")


def weigh(redis: Redis, environment: dict[str, str]) -> None:
    redis.flushdb()
    enqueue(redis, GATED, IN_FLIGHT, sleeps, 3.0)
    slots = {**environment, "LIMITER_WORKER_SLOTS": str(IN_FLIGHT)}
    idle, busy = map(int, _run(["-m", "benchmarks.workers", "hold"], slots).split()[-2:])
    each = (busy - idle) / 1024 / IN_FLIGHT
    print(f"memory: {idle / 1024:.0f} MB idle, {each:.3f} MB for each of {IN_FLIGHT} sleeping jobs in flight")


def main() -> None:
    import django

    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        Path(folder).chmod(0o711)  # the servers may run under another account than root's
        layout = Layout(Path(folder))
        settings = Path(folder) / "bench_settings.py"
        settings.write_text(SETTINGS, encoding="utf-8")
        os.environ.update(
            REDIS_URL=layout.redis_url,
            CELERY_REDIS=f"redis+socket://{layout.redis_socket}",
            DATABASE_URL="postgres://nobody@localhost/none",
            PEER_DATABASE_URL=layout.database_url,
            DJANGO_SETTINGS_MODULE="bench_settings",
            PYTHONPATH=os.pathsep.join([folder, str(ROOT), str(HERE)]),
        )
        sys.path[:0] = [folder, str(HERE)]
        servers: tuple[EmbeddedPostgres | EmbeddedRedis, ...] = (
            EmbeddedPostgres(layout, dies_with_us=True),
            EmbeddedRedis(layout, settings={"appendonly": "no"}, dies_with_us=True),
        )
        for server in servers:
            server.start()
            running.callback(server.stop)
        django.setup()
        redis = Redis.from_url(layout.redis_url)
        compare(redis, dict(os.environ))
        weigh(redis, dict(os.environ))


if __name__ == "__main__":
    if sys.argv[1:2] == ["drain"]:
        drain(sys.argv[2])
    elif sys.argv[1:2] == ["hold"]:
        hold()
    else:
        main()
