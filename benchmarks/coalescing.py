"""Calls saved on a class's hand-ins (traces/class.json), on the real pipeline against the simulator.

    python benchmarks/coalescing.py

Each hand-in is a document of its own, read, split and sent by a real worker. Calls are what the simulator
counted; without sharing there would be one for each section and one for each summary.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from _system import ROOT, servers

TRACE = Path(__file__).parent / "traces" / "class.json"
QUEUES = ("parse", "split", "simulated", "deliver")
AIM = (0.5, 0.8)
SECONDS = 600  # a run that takes longer has hung


def main() -> None:
    from feedback.development.simulator.serving.hosting import SimulatorProcess

    with SimulatorProcess(latency={"total": {"low": 0.5, "high": 1.0}}) as simulator:
        os.environ["SIMULATOR_URL"] = simulator.url
        with servers("config.settings.test"):
            _run()
            report(int(simulator.stats()["requests"]))


def _run() -> None:
    prepare()
    commands = (["rqworker", *QUEUES], ["reconcile", "--every", "1"])
    processes = [
        subprocess.Popen([sys.executable, "manage.py", *command], cwd=ROOT, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        hand_in_all()
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def prepare() -> None:
    from limiter.configuration.publication import reconcile_configuration
    from limiter.services import create_upstream

    create_upstream(
        name="simulated",
        values={
            "target": "bedrock", "queue": "simulated", "max_in_flight": 16, "requests_per_minute": 6000,
            "burst": 100,
        },
        author="benchmark",
        reason="limits that never bind",
    )  # fmt: skip
    reconcile_configuration()


def hand_in_all() -> None:
    """One round of hand-ins after the other, as a class does it: each round when the last one is answered."""
    from feedback.models import Assignment, Course, Document, User
    from feedback.services.intake import documents

    trace = json.loads(TRACE.read_text(encoding="utf-8"))
    handed = trace["handed"]
    course = Course.objects.create(name="Bees")
    assignment = Assignment.objects.create(course=course, title="Report")
    students = {
        number: User.objects.create_user(f"s{number}@example.org", "benchmark")
        for number in sorted({each["student"] for each in handed})
    }
    for round_number in sorted({each["hand_in"] for each in handed}):
        for each in (each for each in handed if each["hand_in"] == round_number):
            documents.submit(
                owner=students[each["student"]],
                handed=documents.Handed("report.md", report_of(each["parts"], trace["texts"])),
                submission_key=str(round_number),
                assignment=assignment,
                upstream="simulated",
            )
        deadline = time.monotonic() + SECONDS
        while Document.objects.filter(finished_at__isnull=True).exists():
            assert time.monotonic() < deadline, "the documents don't end"
            time.sleep(0.2)


def report_of(parts: dict[str, int], texts: list[str]) -> bytes:
    return "\n\n".join(f"# {name}\n\n{texts[number]}" for name, number in parts.items()).encode()


def report(calls: int) -> None:
    from django.db import connection

    from feedback.models import Document, Job

    wanted = Job.objects.exclude(upstream="")
    assert set(Document.objects.values_list("state", flat=True)) == {Document.State.COMPLETE}
    without, shared = wanted.count(), wanted.exclude(shared="")
    rode, reused = (shared.filter(shared=kind).count() for kind in (Job.Shared.RODE, Job.Shared.REUSED))
    saved = 1 - calls / without
    connection.close()
    print(f"{'documents':24}{Document.objects.count():>8}")
    print(f"{'calls without sharing':24}{without:>8}")
    print(f"{'calls made':24}{calls:>8}")
    print(f"{'rode on a running one':24}{rode:>8}")
    print(f"{'got a stored result':24}{reused:>8}")
    print(f"{'saved':24}{saved:>8.0%}   aim {AIM[0]:.0%} to {AIM[1]:.0%}")
    connection.close()


if __name__ == "__main__":
    main()
