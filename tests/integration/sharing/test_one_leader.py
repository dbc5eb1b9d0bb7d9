"""However many ask at the same moment, in as many processes: one leads."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter

import pytest
import redis
from django.db import IntegrityError, transaction

from feedback.models import Assignment, Document, Job, Section
from tests.factories import people
from tests.factories.sharing import analysis_of, handed_in
from tests.factories.work import a_document
from tests.running import ROOT

SECTIONS, PROCESSES = 12, 4


def unstarted(assignment: Assignment) -> Document:
    """A split document of which nothing has started."""
    text = "".join(f"Part {number}\n\nThe same for everybody.\n\n" for number in range(SECTIONS))
    length = len(text) // SECTIONS + 1
    document = a_document(
        people.student(), assignment=assignment, text=text, state=Document.State.ANALYSING,
        upstream="simulated",
    )  # fmt: skip
    for position, start in enumerate(range(0, len(text), length)):
        end = min(start + length, len(text))
        Section.objects.create(document=document, position=position, start=start, end=end, heading="P")
    return document


@pytest.mark.django_db(transaction=True)
def test_processes_that_ask_at_the_same_moment(
    child_environment: dict[str, str], redis_client: redis.Redis
) -> None:
    assignment = people.assignment()
    handed = [unstarted(assignment) for _ in range(PROCESSES)]
    moment = time.time() + 6
    command = [sys.executable, "-m", "tests.integration.sharing.ask_at_once"]
    started = [
        subprocess.Popen([*command, str(each.pk), str(moment)], cwd=ROOT, env=child_environment)
        for each in handed
    ]
    assert [process.wait(120) for process in started] == [0] * PROCESSES
    jobs = Job.objects.filter(kind=Job.Kind.ANALYSE)
    assert jobs.count() == PROCESSES * Section.objects.filter(document=handed[0]).count()
    leaders = Counter(jobs.exclude(state="riding").values_list("fingerprint", flat=True))
    assert set(leaders.values()) == {1}
    for follower in jobs.filter(state="riding").select_related("leader"):
        assert follower.leader is not None
        assert (follower.leader.fingerprint, follower.leader.state) == (follower.fingerprint, "waiting")


@pytest.mark.django_db
def test_the_database_refuses_a_second_leader_and_a_follower_without_one() -> None:
    first = analysis_of(handed_in(people.student(), assignment=people.assignment()))
    second = analysis_of(handed_in(people.student(), assignment=people.assignment()))
    for illegal in (
        {"fingerprint": first.fingerprint, "scope": first.scope},
        {"state": "riding"},
        {"leader": first},
        {"scope": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(pk=second.pk).update(**illegal)
