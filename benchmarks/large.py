"""What the queries of every day cost beside ten million jobs, and what a row takes on disk.

    PYTHONPATH=. nice python benchmarks/large.py [documents, by default 10000 1000000]

A PostgreSQL of its own for each, thrown away at the end, which needs some 15 GB for a million documents. A
document has ten jobs, and one event of each is kept (a real job has three or four). The newest are at work:
what is asked for is found among all that is over. Each figure is the median of the whole call, queries and
Python.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from _rows_by_millions import JOBS_EACH, fill
from _system import servers

OWNERS = 100_000
OPEN = 200  # documents at work, of two sections each
ROUNDS = 15
TABLES = ("feedback_job", "feedback_jobevent", "feedback_document")
BYTES_EACH = 15_000  # of a document with its jobs and events, and as much again while indexes are made


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or [10_000, 1_000_000]
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < 2 * BYTES_EACH * max(sizes):
        sys.exit(f"{free / 2**30:.0f} GB are free, and {2 * BYTES_EACH * max(sizes) / 2**30:.0f} are needed")
    found: list[Mapping[str, float]] = []
    for documents in sizes:
        *words, figures = in_a_process_of_its_own(documents)
        print("\n".join(words), flush=True)
        found.append(json.loads(figures))
    print(
        f"\n{'milliseconds, median':46}" + "".join(f"{JOBS_EACH * size:>14,}" for size in sizes) + "   ratio"
    )
    for name in found[0]:
        times = [each[name] for each in found]
        row = "".join(f"{each:>14.1f}" for each in times)
        print(f"{name:46}{row}{times[-1] / times[0]:>8.1f}", flush=True)


def in_a_process_of_its_own(documents: int) -> list[str]:
    """Settings are loaded once in a process."""
    command = [sys.executable, __file__, "--one", str(documents)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-3_000:])
    return done.stdout.strip().splitlines()


def one(documents: int) -> None:
    with servers("config.settings.test"):
        figures = measured(documents)
    print(json.dumps(figures))


def measured(documents: int) -> Mapping[str, float]:
    from tests.factories.work import an_analysis

    began = time.perf_counter()
    year = int(1000 * (time.time() - 365 * 86_400))
    fill(documents, OWNERS, year)
    for _ in range(OPEN):
        an_analysis()
    print(f"{JOBS_EACH * documents:,} jobs, made in {time.perf_counter() - began:.0f} s", flush=True)
    print_sizes(documents)
    return {name: milliseconds(call) for name, call in calls().items()}


def print_sizes(documents: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute("SELECT pg_table_size(%s), pg_indexes_size(%s)", [table, table])
            rows, indexes = cursor.fetchone()
            each = documents if table == "feedback_document" else documents * JOBS_EACH
            print(
                f"  {table:20}{rows / 2**30:6.2f} GB, indexes {indexes / 2**30:5.2f} GB: "
                f"{rows / each:5.0f} + {indexes / each:4.0f} bytes a row", flush=True,
            )  # fmt: skip


def calls() -> Mapping[str, Callable[[], Any]]:
    """What is asked all day long, by its ordinary way."""
    from django.test import Client

    from feedback.dispatch.missing import enqueue_missing
    from feedback.models import Document, Job
    from feedback.operations.observe.metrics import exposition
    from feedback.operations.retention import purge
    from feedback.selectors.work.expected import expected_start
    from feedback.services.work import feeding
    from tests.e2e.sessions import session_of
    from tests.factories.people import operator
    from tests.factories.work import a_job

    old = Document.objects.filter(state="complete").order_by("id")[100]
    new = Document.objects.filter(state="analysing").latest("id")
    reader, admin = Client(), Client()
    reader.cookies["sessionid"] = session_of(old.owner)
    admin.cookies["sessionid"] = session_of(operator())
    waiting = Job.objects.filter(state="waiting").latest("id")

    generations = count(2)

    def one_more_job() -> None:
        a_job(new, kind=Job.Kind.SUMMARISE, generation=next(generations))

    def page(client: Client, path: str) -> Callable[[], None]:
        def ask() -> None:
            assert client.get(path).status_code == 200, path

        return ask

    return {
        "a student's list": page(reader, "/"),
        "a student's list, searched": page(reader, "/?q=bees"),
        "a document": page(reader, f"/documents/{old.pk}/"),
        "one more job": one_more_job,
        "a job's end (UPDATE by its key)": lambda: Job.objects.filter(pk=waiting.pk).update(attempt=1),
        "hand in: when would it begin": lambda: expected_start(old.owner, waiting.upstream),
        "housekeeping: what is missing in Redis": enqueue_missing,
        "housekeeping: feed what is held": feeding.feed_all,
        "retention: a batch of a hundred documents": lambda: purge(most=1, batch=100),
        "metrics": lambda: exposition.page(shared=True),
        "admin: jobs": page(admin, "/admin/feedback/job/"),
        "admin: failed jobs": page(admin, "/admin/feedback/job/?state=failed"),
        "admin: the dashboard": page(admin, "/admin/"),
    }


def milliseconds(call: Callable[[], Any]) -> float:
    times = []
    for number in range(ROUNDS + 2):
        began = time.perf_counter()
        call()
        if number >= 2:  # the first ones load code, templates and pages of the disk
            times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
    else:
        main()
