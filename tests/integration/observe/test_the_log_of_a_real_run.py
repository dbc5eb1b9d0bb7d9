"""A document's whole way in the logs of web and worker: every line is data, none holds the essay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, User
from tests.e2e.site import Site
from tests.integration.observe.collectors import Person
from tests.integration.observe.conftest import QUEUES
from tests.running import ROOT, Running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ESSAY = (ROOT / "examples" / "reflection.md").read_text()


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "FEEDBACK_UPSTREAM": "simulated", "LOG_LEVEL": "DEBUG"}


def lines_of(log: Path) -> list[dict[str, Any]]:
    """What is not JSON was written by no logger of ours (the server's greeting, a command's own print)."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def sentences(text: str) -> list[str]:
    found = [line.strip() for line in text.replace(". ", ".\n").splitlines()]
    return [sentence for sentence in found if len(sentence) > 25]


@pytest.mark.long
def test_lines_carry_ids_and_no_student_text(
    site: Site, running: Running, simulator: SimulatorProcess, owner: User, tmp_path: Path
) -> None:
    # Trouble on the way: answers that can't be read are what an error would quote.
    simulator.change(malformed={"schema": 0.3, "garbage": 0.15})
    running.command("rqworker", *QUEUES, "--with-scheduler")
    person = Person(site, owner)
    person.hand_in(ESSAY)
    wait_until(
        lambda: Document.objects.filter(finished_at__isnull=False).exists(), "the document has ended", 240
    )
    document = Document.objects.get()
    person.get(f"/documents/{document.pk}/?from=a-secret-in-the-address")
    assert person.get("/no/such/page").status_code == 404

    web, worker = tmp_path / "web.log", tmp_path / "running.log"
    wait_until(lambda: "nowhere" in web.read_text(), "the last request is logged")
    everything = web.read_text() + worker.read_text()
    for sentence in sentences(ESSAY):
        assert sentence not in everything
    assert "a-secret-in-the-address" not in everything

    jobs = {str(pk) for pk in document.jobs.values_list("pk", flat=True)}
    runs = [line for line in lines_of(worker) if line.get("job") in jobs]
    assert runs
    for line in runs:
        assert {"document", "user", "stage", "upstream", "lease", "trace", "timestamp"} <= set(line)
        assert line["trace"] == document.trace.split("-")[1]
        assert (line["document"], line["user"]) == (str(document.pk), str(owner.pk))
    finished = [line for line in lines_of(web) if line["event"] == "request_finished"]
    submitted = next(line for line in finished if line["request"] == "POST submit/")
    assert (submitted["user"], submitted["code"]) == (str(owner.pk), 302)
    assert len(submitted["trace"]) == 32
