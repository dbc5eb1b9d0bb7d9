"""Jobs a second through one worker process, and memory for each job in flight, beside the peers.

No-op jobs. Every worker drains its own queue on the same Redis in a process of its own, in interleaved
rounds; the median of each is printed as a ratio to rq's SimpleWorker. Ours runs with everything on:
gate, leases, registries, results, heartbeats.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis import Redis

from config.embedded.redis import binary

ROOT = Path(__file__).parents[1]
ROUNDS = 3
IN_FLIGHT = 200
CELERY_COUNT = "celery:done"  # _celery.py counts there
GATED, PLAIN = "offline", "parse"
SMALL, LARGE = 300, 3_000  # jobs a round, so that each takes seconds
SETTINGS = """
from config.settings.test import *
LIMITER_LEDGER = "limiter.rq.ledger.HashLedger"
LIMITER_QUEUES = {"offline": "offline"}
RQ = {**RQ, "COMMIT_MODE": "auto"}
"""


def nothing() -> None:
    """The job."""


def sleeps(seconds: float) -> None:
    time.sleep(seconds)


# In the worker's process ----------------------------------------------------------------------


def drain(kind: str) -> None:
    """Drain the queue and print the seconds that it took."""
    import django

    django.setup()
    connection = Redis.from_url(os.environ["REDIS_URL"])
    worker = _worker(kind, connection)
    began = time.perf_counter()
    worker.work(burst=True, logging_level="ERROR")
    print(time.perf_counter() - began)


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


def enqueue(redis: Redis, queue: str, jobs: int, function: Callable[..., None], *args: object) -> None:
    from limiter.gate import UpstreamConfig
    from limiter.rq.queue import GatedQueue
    from limiter.rq.upstreams import gate_on

    gate_on(redis).configure(
        UpstreamConfig(GATED, 1, requests_per_minute=6e6, burst=1e5, max_in_flight=1_000)
    )
    name = f"benchmarks.workers.{function.__name__}"
    datas = [GatedQueue.prepare_data(name, args, gate_flow=f"f{i % 50}") for i in range(jobs)]
    GatedQueue(queue, connection=redis).enqueue_many(datas)  # type: ignore[no-untyped-call]


def rate_of(kind: str, redis: Redis, environment: dict[str, str]) -> float:
    """Jobs a second of one round."""
    redis.flushdb()
    if kind == "celery":
        return _rate_of_celery(redis, environment)
    jobs = SMALL if kind in ("rq", "simple") else LARGE
    enqueue(redis, GATED if kind == "gated" else PLAIN, jobs, nothing)
    printed = _run(["-m", "benchmarks.workers", "drain", kind], environment)
    return jobs / float(printed.split()[-1])


def _rate_of_celery(redis: Redis, environment: dict[str, str]) -> float:
    """Threads, 50 of them, acks_late; from the first of its jobs to the last."""
    from celery import Celery

    app = Celery(broker=environment["CELERY_REDIS"])
    for _ in range(LARGE):
        app.send_task("nothing")
    arguments = ["-A", "_celery", "worker", "-P", "threads", "-c", "50", "-l", "ERROR"]
    flags = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", *arguments, *flags], cwd=ROOT / "benchmarks", env=environment
    )
    try:
        first, began = _await(redis, CELERY_COUNT, 1)
        last, ended = _await(redis, CELERY_COUNT, LARGE)
        return (last - first) / (ended - began)
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
}


def compare(redis: Redis, environment: dict[str, str]) -> None:
    rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind in KINDS:
            rates[kind].append(rate_of(kind, redis, environment))
            print(f"  {KINDS[kind]}: {rates[kind][-1]:,.0f}", flush=True)
    medians = {kind: statistics.median(found) for kind, found in rates.items()}
    print(f"{'no-op jobs, one process':32}{'jobs/s':>10}{'of SimpleWorker':>18}")
    for kind, label in KINDS.items():
        print(f"{label:32}{medians[kind]:>10,.0f}{medians[kind] / medians['simple']:>18.1f}")


def weigh(redis: Redis, environment: dict[str, str]) -> None:
    redis.flushdb()
    enqueue(redis, GATED, IN_FLIGHT, sleeps, 3.0)
    slots = {**environment, "LIMITER_WORKER_SLOTS": str(IN_FLIGHT)}
    idle, busy = map(int, _run(["-m", "benchmarks.workers", "hold"], slots).split()[-2:])
    each = (busy - idle) / 1024 / IN_FLIGHT
    print(f"memory: {idle / 1024:.0f} MB idle, {each:.3f} MB for each of {IN_FLIGHT} sleeping jobs in flight")


def main() -> None:
    import django

    with tempfile.TemporaryDirectory() as folder:
        socket, settings = f"{folder}/redis.sock", Path(folder) / "bench_settings.py"
        settings.write_text(SETTINGS, encoding="utf-8")
        command = [str(binary()), "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        ours = {
            "REDIS_URL": f"unix://{socket}?db=0",
            "CELERY_REDIS": f"redis+socket://{socket}?virtual_host=0",
            "DATABASE_URL": os.environ.get("DATABASE_URL", "postgres://nobody@localhost/none"),
            "DJANGO_SETTINGS_MODULE": "bench_settings",
            "PYTHONPATH": os.pathsep.join([folder, str(ROOT)]),
        }
        os.environ.update(ours)
        sys.path.insert(0, folder)
        try:
            while not Path(socket).exists():
                time.sleep(0.05)
            django.setup()
            redis = Redis(unix_socket_path=socket)
            compare(redis, dict(os.environ))
            weigh(redis, dict(os.environ))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["drain"]:
        drain(sys.argv[2])
    elif sys.argv[1:2] == ["hold"]:
        hold()
    else:
        main()
