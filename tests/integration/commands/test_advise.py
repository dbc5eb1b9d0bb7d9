"""advise: the figures come from rows that real work leaves, and the words follow from them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import redis
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback.models import Document, Job, JobEvent, User
from limiter import services
from limiter.models import BreakerTransition, Upstream
from tests.factories import people
from tests.factories.work import a_document, a_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

BY = {"author": "opal", "reason": "a test"}


def advise(*words: str) -> str:
    out = StringIO()
    call_command("advise", *words, stdout=out)
    return out.getvalue()


def data(*words: str) -> Any:
    return json.loads(advise(*words, "--json"))


@pytest.fixture
def evening() -> datetime:
    """When it all happened: two hours ago."""
    return timezone.now() - timedelta(hours=2)


def a_call(owner: User, offered: datetime, *, waits: float, takes: float, throttles: int = 0) -> Job:
    """A call to bedrock that began after `waits` and took `takes` seconds, throttled so often before."""
    started = offered + timedelta(seconds=waits)
    ended = started + timedelta(seconds=takes)
    document = a_document(owner, upstream="bedrock", state=Document.State.COMPLETE)
    Document.objects.filter(pk=document.pk).update(created_at=offered, finished_at=ended)
    job = a_job(
        document, kind=Job.Kind.SUMMARISE, state=Job.State.DONE, outcome="success", started_at=started,
        finished_at=ended, settled_at=ended,
    )  # fmt: skip
    Job.objects.filter(pk=job.pk).update(created_at=offered)
    JobEvent.objects.create(job=job, kind=JobEvent.Kind.DONE)
    for _ in range(throttles):
        JobEvent.objects.create(job=job, kind=JobEvent.Kind.AGAIN, detail={"outcome": "throttled"})
    return job


def test_nothing_measured_is_a_reason_to_keep_what_there_is() -> None:
    output = advise()
    assert output.startswith("Keep team.")
    assert "Only 0 calls in 7 days" in output
    assert "Nothing needs to be changed." in output
    assert "campus" in output
    assert "$200 to 600" in output


def test_figures_come_from_what_was_done(evening: datetime) -> None:
    ada, ben = people.student(), people.student()
    for number in range(3):
        a_call(ada, evening + timedelta(seconds=number), waits=60, takes=120)
    a_call(ben, evening + timedelta(seconds=100), waits=300, takes=60, throttles=1)
    (upstream,) = data()["figures"]["upstreams"]
    assert data()["figures"]["people_at_once"] == 2
    assert (upstream["name"], upstream["runs"], upstream["throttled"]) == ("bedrock", 5, 0.2)
    assert (upstream["longest_line"], upstream["most_in_flight"], upstream["busiest_minute"]) == (3, 3, 3)
    assert (upstream["wait_p50"], upstream["wait_p95"], upstream["call_seconds"]) == (60, 300, 120)
    assert upstream["rate"] == pytest.approx(100.2)


def test_old_work_counts_no_more(evening: datetime) -> None:
    a_call(people.student(), evening, waits=1, takes=1)
    assert data("--days", "1")["figures"]["upstreams"]
    assert data("--days", "0.01")["figures"]["people"] == 1  # rows are as old as their ids
    BreakerTransition.objects.create(
        upstream=Upstream.objects.get(name="bedrock"), from_state="closed", to_state="open", reason="down",
        epoch="e", generation=1, at=evening,
    )  # fmt: skip
    assert data("--days", "1")["figures"]["upstreams"][0]["outages"] == 1
    assert data("--days", "0.01")["figures"]["upstreams"][0]["outages"] == 0


def test_after_a_crowd_waited_the_advice_is_what_to_change_and_what_it_brings(evening: datetime) -> None:
    """Forty students within a minute, at a rate of two a minute: the last of them waits for twenty."""
    services.change_upstream(
        upstream="bedrock",
        changes={"requests_per_minute": 2, "burst": 1, "requests_algorithm": "token_bucket"},
        **BY,
    )
    for number in range(40):
        a_call(people.student(), evening + timedelta(seconds=number), waits=30.0 * number, takes=100)
    advice = data()
    assert advice["profile"] == {"now": "team", "fits": "campus", "keep": False}
    raised = next(step for step in advice["steps"] if "requests_per_minute" in step["changes"])
    assert "replayed: 19 of 20 wait at most 11.7 min in place of 17.9 min" in raised["brings"]
    assert "if the provider takes them" in raised["brings"]
    output = advise("--no-replay")
    assert output.startswith("Go from team to campus.")
    assert "replayed" not in output
    assert 'manage.py limiter set bedrock requests_per_minute=3 --reason "..."' in output


def test_a_quota_request_has_the_figures_that_it_asks_with(evening: datetime, settings: Any) -> None:
    """Sixty calls within a minute, each of 3,000 tokens, at a rate of two a minute."""
    settings.FEEDBACK_UPSTREAM = "bedrock"
    services.change_upstream(
        upstream="bedrock",
        changes={"requests_per_minute": 2, "burst": 1, "requests_algorithm": "token_bucket"},
        **BY,
    )
    for number in range(60):
        a_call(people.student(), evening + timedelta(seconds=number), waits=30.0 * number, takes=100)
    Job.objects.update(tokens=3_000)
    output = advise("--quota-request")
    assert "requests per minute, to 8" in output  # 60 in ten minutes, and a fifth more
    assert "tokens per minute, to 24,000" in output
    assert "60 calls were handed in within the busiest ten minutes" in output
    assert "a call holds 3,000 tokens" in output
    assert "60 calls ended, 0.0% of them throttled" in output


def test_no_quota_is_asked_for_where_what_there_is_suffices(evening: datetime, settings: Any) -> None:
    settings.FEEDBACK_UPSTREAM = "bedrock"
    assert "nothing to ask with" in advise("--quota-request")
    a_call(people.student(), evening, waits=1, takes=10)
    assert "bedrock: no request is needed" in advise("--quota-request")


def test_more_work_takes_no_more_queries(
    evening: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        a_call(people.student(), evening, waits=number, takes=10)
    with django_assert_max_num_queries(14):
        advise("--no-replay")


def test_a_redis_that_is_away_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    away = redis.Redis.from_url("redis://127.0.0.1:1/0")
    monkeypatch.setattr("limiter.gates._redis_of", lambda _queue: away)
    with pytest.raises(CommandError, match="Redis cannot be reached") as error:
        advise()
    assert error.value.returncode == 1


@pytest.mark.parametrize("words", [("--days", "0"), ("--days", "many"), ("--yaml",)])
def test_nonsense_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as error:
        advise(*words)
    assert error.value.returncode == 2
    assert "\n" not in str(error.value)
