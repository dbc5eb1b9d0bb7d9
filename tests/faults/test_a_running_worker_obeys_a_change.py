"""What an operator saves is what a running worker's next decision uses, without a restart."""

from __future__ import annotations

import pytest

from feedback.models import Document, Job
from feedback.services.intake import documents
from limiter.gates import get_gate
from limiter.services import change_upstream
from tests.factories.work import a_student
from tests.running import ROOT, Running, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def change(**changes: object) -> None:
    change_upstream(upstream="offline", changes=changes, author="operator", reason="a test")


def calls(state: str) -> int:
    return Job.objects.filter(kind=Job.Kind.ANALYSE, state=state).count()


def test_a_pause_holds_the_line_and_its_end_lets_it_go(running: Running) -> None:
    change(paused=True)
    worker = running.worker("parse", "split", "offline")
    path = ROOT / "examples" / "reflection.md"
    document = documents.submit(
        owner=a_student(),
        handed=documents.Handed(path.name, path.read_bytes()),
        submission_key="k",
        upstream="offline",
    )
    wait_until(lambda: calls("waiting") > 0, "sections in line")
    wait_until(lambda: "refused_paused" in get_gate().status("offline").counters, "the worker was refused")
    assert calls("running") == calls("done") == 0

    change(paused=False)

    complete = Document.objects.filter(pk=document.pk, state=Document.State.COMPLETE)
    wait_until(complete.exists, "the document is complete")
    assert worker.poll() is None
