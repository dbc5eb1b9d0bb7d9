"""Twenty documents, and in their middle the provider refuses the account: nothing fails, and all goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.db.models import QuerySet
from django.urls import reverse

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, Feedback, Incident, Job, JobEvent, User
from feedback.services.intake import documents
from limiter.configuration.publication import reconcile_configuration
from limiter.models import ConfigVersion, Upstream
from limiter.services import change_upstream, create_upstream
from tests.factories.refusing import EXPIRED, WRONG_CLOCK, Metadata, Refusal, Refusing, serving
from tests.factories.work import a_student
from tests.people import signed_in
from tests.running import Running, processes, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

DOCUMENTS = 20
LINE = "The feedback service is being looked at."
LIMITS = {
    "requests_per_minute": 3000, "burst": 100, "max_in_flight": 4, "hold_seconds": 1, "hold_max_seconds": 2,
}  # fmt: skip


@pytest.fixture
def provider(simulator: SimulatorProcess) -> Iterator[Refusing]:
    simulator.change(latency={"total": {"low": 0.1, "high": 0.2}})
    double = Refusing(simulator.url)
    with serving(double):
        yield double


def an_upstream(name: str) -> None:
    if Upstream.objects.filter(name=name).exists():
        change_upstream(upstream=name, changes=LIMITS, author="test", reason="short holds")
    else:
        create_upstream(name=name, values={"queue": name, **LIMITS}, author="test", reason="short holds")
    reconcile_configuration()


def hand_in(owner: User, upstream: str) -> None:
    for number in range(DOCUMENTS):
        text = "\n\n".join(
            f"# Part {part}\n\nThe hive number {number} was counted in month {part}. There was less of bees."
            for part in range(1, 4)
        )
        documents.submit(
            owner=owner, handed=documents.Handed(f"{number}.md", text.encode()),
            submission_key=f"essay-{number}", upstream=upstream,
        )  # fmt: skip


def calls() -> QuerySet[Job]:
    return Job.objects.filter(kind__in=[Job.Kind.ANALYSE, Job.Kind.SUMMARISE])


def is_held(upstream: str) -> bool:
    return Upstream.objects.filter(name=upstream).exclude(held_cause="").exists()


def incidents() -> QuerySet[Incident]:
    return Incident.objects.filter(rule__name="upstream-held")


def start(running: Running, upstream: str) -> None:
    running.command("reconcile", "--every", "0.5")
    running.command("alerts", "--every", "0.5")
    running.worker("parse", "split", "offline", upstream)
    running.worker("parse", "split", "offline", upstream)


def until_some_are_done() -> None:
    wait_until(lambda: calls().filter(state=Job.State.DONE).count() >= 3, "the first answers are there")


def while_it_is_refused(owner: User, upstream: str) -> None:
    wait_until(lambda: is_held(upstream), "it is held by itself")
    wait_until(lambda: Upstream.objects.get(name=upstream).holds >= 3, "trials were refused")
    wait_until(
        lambda: Feedback.objects.filter(provisional=True).exists(), "students get provisional comments"
    )
    wait_until(lambda: incidents().filter(state="firing").exists(), "an alert fires")
    waiting = calls().filter(state=Job.State.WAITING, upstream=upstream).first()
    assert waiting is not None
    page = signed_in(owner).get(reverse("document", args=[waiting.document_id])).content.decode()
    assert page.count(LINE) == 1
    assert not calls().filter(state=Job.State.FAILED).exists()


def until_all_is_complete(upstream: str) -> None:
    wait_until(
        lambda: Document.objects.filter(state=Document.State.COMPLETE).count() == DOCUMENTS,
        "every document is complete",
        seconds=300,
    )
    assert not JobEvent.objects.filter(kind=JobEvent.Kind.FAILED).exists()
    assert not Feedback.objects.filter(provisional=True).exists()
    assert not calls().filter(failures__gt=0).exists(), "no refusal counts against a job"
    wait_until(lambda: incidents().filter(state="resolved").exists(), "the alert is over")
    assert incidents().count() == 1
    by_itself = ConfigVersion.objects.filter(upstream=upstream, author="system")
    assert by_itself.count() == 2, "one beginning and one end"


@pytest.mark.long
@pytest.mark.parametrize(
    ("refusal", "cause"), [(EXPIRED, "credentials_expired"), (WRONG_CLOCK, "clock")], ids=["token", "clock"]
)
def test_a_refusal_in_the_middle_costs_no_document(
    provider: Refusing,
    child_environment: dict[str, str],
    redis_client: redis.Redis,
    tmp_path: Path,
    refusal: Refusal,
    cause: str,
) -> None:
    an_upstream("simulated")
    owner = a_student()
    environment = {**child_environment, "SIMULATOR_URL": provider.url}
    with processes(environment, tmp_path / "processes.log") as running:
        start(running, "simulated")
        hand_in(owner, "simulated")
        until_some_are_done()
        provider.refusal = refusal
        while_it_is_refused(owner, "simulated")
        assert Upstream.objects.get(name="simulated").held_cause == cause
        provider.refusal = None
        until_all_is_complete("simulated")


@pytest.mark.long
def test_a_metadata_service_that_is_silent_costs_no_document(
    provider: Refusing, child_environment: dict[str, str], redis_client: redis.Redis, tmp_path: Path
) -> None:
    """The role's first key ends, and the service that hands out the next one does not answer for a while."""
    an_upstream("bedrock")
    owner = a_student()
    metadata = Metadata()
    provider.keys = {metadata.key}
    with serving(metadata):
        nowhere = str(tmp_path / "nothing")
        environment = {
            **{name: value for name, value in child_environment.items() if not name.startswith("AWS_")},
            "BEDROCK_ENDPOINT_URL": provider.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
            "AWS_CONFIG_FILE": nowhere,
        }
        with processes(environment, tmp_path / "processes.log") as running:
            start(running, "bedrock")
            hand_in(owner, "bedrock")
            until_some_are_done()
            metadata.silent = True
            provider.keys = {"AKIASECOND"}
            while_it_is_refused(owner, "bedrock")
            assert Upstream.objects.get(name="bedrock").held_cause == "credentials_missing"
            metadata.silent, metadata.key = False, "AKIASECOND"
            until_all_is_complete("bedrock")
