"""Jobs a second with their rows: claim, no-op call, final UPDATE with feedback and events, settlement.

    git worktree add /tmp/before 768ab8b
    PYTHONPATH=. python benchmarks/rows.py [/tmp/before]

The same rows, the same job function, the same PostgreSQL (fsync on): our worker behind the gate, beside
rq's SimpleWorker and Worker on a queue without one, and beside our worker of another commit where a folder
names one. Each drains in a process of its own, in interleaved rounds, and each side has servers of its own;
the median of each is printed as a ratio to SimpleWorker.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedback.models import Document, Job, Section
    from feedback.providers.base import Call, Estimate, Event, Request

ROOT = Path(__file__).parents[1]
ROUNDS = 3
DOCUMENTS, SECTIONS = 40, 25  # so that no document's row lock is the bottleneck
SECONDS = 600  # a round that takes longer has hung
JOBS = {"gated": DOCUMENTS * SECTIONS, "simple": 200, "rq": 100}
LABELS = {"gated": "GatedQueue + ConcurrentWorker", "simple": "rq SimpleWorker", "rq": "rq Worker"}


class Instant:
    """A provider that answers at once: what is measured is everything around the call."""

    name, simulated, model, version = "instant", False, "instant", "instant-1"

    def estimate(self, request: Request) -> Estimate:
        from feedback.providers.base import Estimate

        return Estimate(100, 100)

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        from feedback.providers.base import Accepted, FeedbackOutput, Finished, TokenUsage

        yield Accepted()
        yield Finished(FeedbackOutput(summary="Good."), TokenUsage(10, 10), model="instant-1")

    def close(self) -> None:
        """There is nothing to give back."""


def drain(kind: str) -> None:
    """Drain the queue in this process and print the seconds that it took."""
    import django

    django.setup()
    import django_rq
    from rq import Queue, SimpleWorker, Worker
    from rq.serializers import JSONSerializer  # what our jobs are written with

    from feedback.dispatch import upstreams
    from limiter.rq.worker import ConcurrentWorker

    upstreams._FACTORIES.update(dict.fromkeys(("offline", ""), Instant))
    connection = django_rq.get_connection("offline")
    began = time.perf_counter()
    if kind == "gated":
        queue = django_rq.get_queue("offline")
        ConcurrentWorker([queue], connection=connection).work(burst=True, logging_level="ERROR")
    else:
        stock = {"simple": SimpleWorker, "rq": Worker}[kind]
        queue = Queue("parse", connection=connection, serializer=JSONSerializer)
        stock([queue], connection=connection, serializer=JSONSerializer).work(
            burst=True, logging_level="ERROR"
        )
    print(time.perf_counter() - began)


def prepare(kind: str) -> None:
    """Rows in line: sections of many documents of many people."""
    import django_rq
    from django.db import connection

    from feedback.dispatch import job_queue
    from feedback.models import Document, Job, Section, User

    django_rq.get_connection("offline").flushdb()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE feedback_user CASCADE")
    _open_the_gate()
    left = JOBS[kind]
    for number in range(DOCUMENTS):
        owner = User.objects.create(email=f"u{number}@example.org")
        document = Document.objects.create(
            owner=owner, title="d", upstream="offline", submission_key="k", state="analysing", text="x " * 50
        )
        sections = Section.objects.bulk_create(
            Section(document=document, position=i, start=i, end=i + 1, heading="h")
            for i in range(min(SECTIONS, left))
        )
        left -= len(sections)
        jobs = Job.objects.bulk_create(_row(kind, document, section) for section in sections)
        for job in jobs:
            job_queue.enqueue(job)


def _row(kind: str, document: Document, section: Section) -> Job:
    from feedback.models import Job

    gated = kind == "gated"
    return Job(
        kind=Job.Kind.ANALYSE, document=document, section=section, target=section.pk,
        queue="offline" if gated else "parse", upstream="offline" if gated else "",
        flow=f"user:{document.owner_id}", tokens=200,
    )  # fmt: skip


def _open_the_gate() -> None:
    from limiter.configuration.publication import reconcile_configuration
    from limiter.models import Upstream
    from limiter.services import change_upstream

    assert Upstream.objects.filter(name="offline").exists()
    change_upstream(
        upstream="offline",
        changes={"max_in_flight": 1000, "requests_per_minute": 900_000, "burst": 100_000},
        author="benchmark",
        reason="limits that never bind",
    )
    reconcile_configuration()


def rate_of(kind: str) -> float:
    from feedback.models import Job

    prepare(kind)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.rows", "drain", kind],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3_000:])
    finished = Job.objects.filter(kind=Job.Kind.ANALYSE, state=Job.State.DONE).count()
    assert finished == JOBS[kind], f"{finished} of {JOBS[kind]} jobs are done: {done.stderr[-3_000:]}"
    return JOBS[kind] / float(done.stdout.split()[-1])


def main() -> None:
    folders = [ROOT, *(Path(each).resolve() for each in sys.argv[1:2])]
    with ExitStack() as running:
        here, *before = [running.enter_context(side(folder)) for folder in folders]
        lines = [(LABELS[kind], kind, here) for kind in JOBS]
        lines += [("the first of them, before", "gated", each) for each in before]
        compare(lines)


@contextmanager
def side(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A folder's own code, on stores of its own; it drains a queue for each line that names a worker."""
    from _system import environment, stores  # not where a drain runs this file as a module

    with stores() as layout:
        process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("_rows_side.py"))],
            cwd=folder,
            env={**os.environ, **environment(layout, "config.settings.test", folder, folder / "benchmarks")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait()


def asked(process: subprocess.Popen[str], kind: str) -> float:
    assert process.stdin
    assert process.stdout
    print(kind, file=process.stdin, flush=True)
    return float(process.stdout.readline())


def compare(lines: list[tuple[str, str, subprocess.Popen[str]]]) -> None:
    rates: dict[str, list[float]] = {label: [] for label, _, _ in lines}
    for _ in range(ROUNDS):
        for label, kind, process in lines:
            rates[label].append(asked(process, kind))
            print(f"  {label}: {rates[label][-1]:,.0f}", flush=True)
    medians = {label: statistics.median(found) for label, found in rates.items()}
    print(f"{'jobs with rows, one process':32}{'jobs/s':>10}{'of SimpleWorker':>18}")
    for label, rate in medians.items():
        print(f"{label:32}{rate:>10,.0f}{rate / medians[LABELS['simple']]:>18.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["drain"]:
        drain(sys.argv[2])
    else:
        main()
