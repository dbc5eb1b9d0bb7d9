"""/metrics: the right to read it, and its figures for work that was done."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import redis
import requests
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from feedback.errors import Refused
from feedback.models import Job, User
from feedback.operations.observe.metrics.exposition import page
from feedback.operations.observe.metrics.listening import server
from feedback.pipeline.run import run
from feedback.services.intake import documents
from limiter.gate.model import Lease
from limiter.jobs.execution import Execution
from tests.factories import reading
from tests.factories.work import a_job, an_analysis

pytestmark = pytest.mark.django_db


def figures(**wanted: str) -> dict[str, float]:
    """Samples by name, added up over those that have all the wanted labels."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(page()[0].decode()):
        for sample in family.samples:
            if wanted.items() <= sample.labels.items():
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


@pytest.fixture
def closed(settings: Settings) -> Settings:
    settings.METRICS_OPEN = False
    settings.METRICS_TOKEN = ""
    settings.METRICS_ADDRESSES = []
    return settings


def test_it_is_closed_to_all_that_were_not_let_in(closed: Settings, client: Client) -> None:
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_the_token_opens_it_and_a_wrong_one_does_not(
    closed: Settings, client: Client, redis_client: redis.Redis
) -> None:
    closed.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics", headers={"Authorization": "Bearer s3cre"}).status_code == 403
    answer = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Cache-Control"] == "no-store"


def test_an_address_of_the_list_opens_it_whatever_the_client_claims(
    closed: Settings, client: Client, redis_client: redis.Redis
) -> None:
    closed.METRICS_ADDRESSES = ["10.0.0.0/8"]
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 403
    claimed: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "10.1.2.3"}
    assert client.get("/metrics", **claimed).status_code == 403


def test_how_evenly_those_that_wait_are_served(redis_client: redis.Redis) -> None:
    """Two wait for a quarter of an hour; one of them got three times what the other got."""
    long_ago = timezone.now() - timedelta(minutes=15)
    for tokens in (100, 300):
        document = an_analysis()
        document.jobs.filter(state=Job.State.WAITING).update(waiting_since=long_ago)
        reading.done(a_job(document, kind=Job.Kind.SUMMARISE, input_tokens=tokens))
    assert figures(upstream="offline")["marginalia_service_max_over_min"] == 3
    assert figures(upstream="offline")["marginalia_service_jain"] == 0.8


def test_open_work_shows_with_its_stage_and_queue(redis_client: redis.Redis) -> None:
    an_analysis()
    waiting = figures(stage="analyse", state="waiting", queue="offline")
    assert waiting["marginalia_jobs"] == 2
    assert waiting["marginalia_oldest_job_seconds"] >= 0
    assert figures(state="analysing")["marginalia_documents"] == 1
    assert figures()["marginalia_people_waiting"] == 1
    assert figures(queue="offline")["marginalia_workers"] == 0


def test_a_run_is_counted_by_stage_and_outcome_with_its_times(redis_client: redis.Redis) -> None:
    document = an_analysis()
    job = Job.objects.filter(document=document).earliest("pk")
    before = figures(stage="analyse")
    lease = Lease(
        id="l1", job=str(job.pk), upstream="offline", flow=job.flow, group="", tokens=1, generation=0,
        epoch="e", expires_at=0.0,
    )  # fmt: skip
    run(str(job.pk), Execution(id="l1", job=str(job.pk), lease=lease))
    after = figures(stage="analyse")
    for name in ("runs_total", "wait_seconds_count", "service_seconds_count", "total_seconds_count"):
        name = f"marginalia_{name}"
        assert after[name] - before.get(name, 0) == 1, name
    assert figures(stage="analyse", outcome="success")["marginalia_runs_total"] >= 1


def test_what_the_gate_decided_shows_by_reason(redis_client: redis.Redis) -> None:
    from limiter.configuration.publication import publish
    from limiter.gates import get_gate

    publish("offline")
    get_gate().admit("offline", 1)
    assert figures(upstream="offline", reason="empty")["limiter_refused_total"] == 1
    assert figures(upstream="offline", state="closed")["limiter_breaker_state"] == 1
    assert figures(upstream="offline", state="open")["limiter_breaker_state"] == 0
    assert figures(upstream="offline")["limiter_up"] == 1
    assert figures(operation="admit")["limiter_gate_seconds_count"] >= 1


def test_a_store_that_is_away_takes_only_its_own_figures(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    from limiter import gates
    from limiter.gate.redis import RedisGate

    nowhere = redis.Redis(host="127.0.0.1", port=1)
    with gates.use_gate(RedisGate(nowhere)):
        away = figures(upstream="offline")
        assert away["limiter_up"] == 0
        assert "limiter_in_line" not in away
        assert "marginalia_people_waiting" in figures()


def test_a_page_is_counted_by_its_name_and_never_by_its_address(
    client: Client, redis_client: redis.Redis
) -> None:
    client.get("/documents/0190c3a1-0000-7000-8000-000000000001/")
    client.get("/no/such/page")
    text = page()[0].decode()
    assert "0190c3a1" not in text
    assert "no/such/page" not in text
    assert figures(view="document", method="GET")["marginalia_http_requests_total"] >= 1
    assert figures(view="none", status="404")["marginalia_http_requests_total"] >= 1


def test_no_label_grows_with_the_people(redis_client: redis.Redis) -> None:
    """Twenty more people with work make no more series than one did."""
    an_analysis()

    def series() -> set[str]:
        return set(re.findall(r"^((?:limiter|marginalia)_\S+) ", page()[0].decode(), re.MULTILINE))

    first = series()
    for _ in range(20):
        an_analysis()
    assert {name for name in series() - first if "operation=" not in name} == set()


def test_the_command_prints_the_page(redis_client: redis.Redis, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("metrics")
    assert "# TYPE marginalia_jobs gauge" in capsys.readouterr().out


def test_the_command_that_listens_asks_for_the_token_too(closed: Settings) -> None:
    closed.METRICS_TOKEN = "s3cret"
    with server("127.0.0.1", 0) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{serving.server_port}/metrics"
        assert requests.get(address, timeout=60).status_code == 403
        known = requests.get(address, headers={"Authorization": "Bearer s3cret"}, timeout=60)
        assert (known.status_code, "marginalia_" in known.text) == (200, True)
        closed.METRICS_TOKEN, closed.METRICS_ADDRESSES = "", ["127.0.0.0/8"]
        assert requests.get(address, timeout=60).status_code == 200
        serving.shutdown()


@pytest.mark.parametrize("address", ["9102", "host:", "host:port", "host:99999"])
def test_an_address_that_is_none_is_refused_in_a_sentence(address: str) -> None:
    with pytest.raises(CommandError, match="expected ADDRESS:PORT"):
        call_command("metrics", "--listen", address)


def test_intake_counts_what_it_accepts_and_what_it_refuses(owner: User, redis_client: redis.Redis) -> None:
    def hand_in(name: str) -> None:
        handed = documents.Handed(name, b"# Bees\n\nBees matter.")
        documents.submit(owner=owner, handed=handed, submission_key=name, upstream="offline")

    before = [
        figures(result=result).get("marginalia_submissions_total", 0) for result in ("accepted", "refused")
    ]
    hand_in("bees.md")
    with pytest.raises(Refused):
        hand_in("bees.exe")
    after = [figures(result=result)["marginalia_submissions_total"] for result in ("accepted", "refused")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1]
    assert figures(result="refused", reason="file")["marginalia_submissions_total"] >= 1
