"""Workers on hosts with clocks ten minutes off: a throttled call is made again at its moment, not before."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, Job, JobEvent
from feedback.pipeline.run import THROTTLE_PAUSES
from feedback.services.intake import documents
from feedback.services.work.job_runs import SCHEDULE_STEP
from limiter.configuration.publication import reconcile_configuration
from limiter.services import change_upstream
from tests.factories.work import a_simulated_upstream, a_student
from tests.matrix.machine_faults import needs_faketime
from tests.matrix.network_faults import faked
from tests.running import processes, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.long, pytest.mark.django_db(transaction=True)]

DOCUMENTS = 4
QUEUES = ("parse", "split", "offline", "simulated")
Kind = JobEvent.Kind


def test_a_pause_ends_at_its_moment_on_any_host(
    simulator: SimulatorProcess, child_environment: dict[str, str], redis_client: redis.Redis, tmp_path: Path
) -> None:
    if why := needs_faketime():
        pytest.skip(why)
    a_simulated_upstream()
    limits = {"requests_per_minute": 3000, "burst": 100, "max_in_flight": 4}
    change_upstream(upstream="simulated", changes=limits, author="test", reason="a fast one")
    reconcile_configuration()
    simulator.change(latency={"total": {"low": 0.1, "high": 0.2}}, errors={"ThrottlingException": 0.7})
    environment = {**child_environment, "SIMULATOR_URL": simulator.url}
    with (
        processes({**environment, **faked("+600")}, tmp_path / "ahead.log") as ahead,
        processes({**environment, **faked("-600")}, tmp_path / "behind.log") as behind,
    ):
        lost = ahead.worker(*QUEUES)
        behind.worker(*QUEUES)
        owner = a_student()
        for number in range(DOCUMENTS):
            text = f"# One\n\nHive {number} was counted.\n\n# Two\n\nThere was less of bees in hive {number}."
            handed = documents.Handed(f"{number}.md", text.encode())
            documents.submit(
                owner=owner, handed=handed, submission_key=f"essay-{number}", upstream="simulated"
            )
        again = JobEvent.objects.filter(kind=Kind.AGAIN, detail__outcome="throttled")
        wait_until(lambda: again.count() >= 3 * DOCUMENTS, "calls were throttled")
        ahead.kill(lost)  # what it has planned is the other's
        simulator.change(errors={})
        wait_until(
            lambda: Document.objects.filter(state=Document.State.COMPLETE).count() == DOCUMENTS,
            "all is complete, well before ten minutes are over",
            seconds=400,
        )
    assert pauses_cut_short() == []


def pauses_cut_short() -> list[str]:
    """Claims after a throttle that came before the pause which it asks for at least."""
    events: defaultdict[Job, list[JobEvent]] = defaultdict(list)
    for event in JobEvent.objects.select_related("job").order_by("id"):
        events[event.job].append(event)
    short = []
    for job, its in events.items():
        throttles = 0
        for event, after in pairwise(its):
            if event.kind != Kind.AGAIN or event.detail["outcome"] != "throttled":
                continue
            least = min(0.75 * THROTTLE_PAUSES[0] * 2**throttles, 60.0) - SCHEDULE_STEP
            throttles += 1
            waited = (after.at - event.at).total_seconds()
            if after.kind == Kind.CLAIMED and waited < least:
                short.append(f"{job.pk}: {waited:.2f} s after throttle {throttles}")
    return short
