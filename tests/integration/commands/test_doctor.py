"""doctor: what it finds on real servers, whole and broken, and what it says to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django_rq
import pytest
import redis
from django.core.management import CommandError, call_command
from django.utils import timezone
from rq import Queue
from rq.scheduler import RQScheduler

from config.bedrock import BedrockUpstream
from config.supervisor.ports import free_port
from feedback.development.simulator import Simulator
from feedback.models import Assignment, Budget, Price, User
from feedback.operations import heartbeats
from limiter import services
from limiter.gates import get_gate
from limiter.models import Plan, Pool, PoolMember, Upstream
from tests.factories.sharing import a_price
from tests.mail_server import MailServer
from tests.people import assignment, owner
from tests.running import PATIENCE, ROOT, processes, wait_until

if TYPE_CHECKING:
    from pytest_django import Settings

__all__ = ["assignment", "owner"]

pytestmark = pytest.mark.django_db

Found = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def clean(redis_client: redis.Redis) -> None:
    """A Redis with nothing in it."""


def doctor(*words: str) -> Found:
    """What it found. Its exit status must say whether anything fails."""
    out, status = StringIO(), 0
    only = [part for name in words if not name.startswith("-") for part in ("--only", name)]
    try:
        call_command("doctor", *only, *(word for word in words if word.startswith("-")), "--json", stdout=out)
    except SystemExit as ended:
        status = int(ended.code or 0)
    report = json.loads(out.getvalue())
    assert report["healthy"] == (status == 0)
    return list(report["findings"])


def levels(found: Found) -> set[str]:
    return {each["level"] for each in found}


def found_at(found: Found, level: str) -> str:
    return " | ".join(f"{each['found']} {each['advice']}" for each in found if each["level"] == level)


# The whole --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_running_system_is_well(child_environment: dict[str, str], tmp_path: Path) -> None:
    with processes(child_environment, tmp_path / "log") as running:
        running.command("rqworker", *django_rq.settings.get_queues_map())
        wait_until(lambda: levels(doctor("scheduler")) == {"ok"}, "a worker alone brings back what is due")
        housekeeper = running.command("housekeeper")
        wait_until(lambda: len(heartbeats.heard()) == len(heartbeats.PROGRAMS), "the housekeeping lives")
        wait_until(lambda: levels(doctor("workers", "scheduler")) == {"ok"}, "the worker works")
        found = doctor()
        housekeeper.terminate()
        assert housekeeper.wait(PATIENCE) == 0
        left = [RQScheduler.get_locking_key(name) for name in django_rq.settings.get_queues_map()]
        assert not django_rq.get_connection("parse").exists(*left)  # its locks are the next one's
    assert found_at(found, "fail") == ""
    assert {each["name"] for each in found} >= {"postgres", "redis", "gate", "workers", "mail", "clocks"}


def test_stores_that_are_away_give_no_traceback() -> None:
    nowhere = {"DATABASE_URL": "postgres://a:b@127.0.0.1:1/c", "REDIS_URL": "redis://127.0.0.1:1/0"}
    ended = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"], cwd=ROOT, env=os.environ | nowhere,
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "Traceback" not in ended.stdout + ended.stderr
    found = json.loads(ended.stdout)["findings"]
    assert "port 1 failed: Connection refused" in found_at(found, "fail")
    assert "Error 111 connecting to 127.0.0.1:1" in found_at(found, "fail")


def test_an_unknown_check_is_one_line_and_status_2() -> None:
    with pytest.raises(CommandError, match="There is no check 'moon': there are python") as error:
        doctor("moon")
    assert error.value.returncode == 2


def test_the_table_says_what_to_do() -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--only", "workers", stdout=out)
    assert ended.value.code == 1
    assert "manage.py rqworker parse" in out.getvalue()
    assert "1 fail, 0 warn, 0 are well." in out.getvalue()


# Its parts --------------------------------------------------------------------------------------


def test_this_machine_and_its_stores_are_well() -> None:
    found = doctor("python", "disk", "postgres", "migrations", "clocks", "settings")
    assert found_at(found, "fail") == ""
    redis = doctor("redis")
    assert "nothing is evicted" in found_at(redis, "ok")


def test_a_process_that_does_not_run_is_named_with_what_fails_without_it() -> None:
    found = doctor("scheduler", "housekeeping")
    assert "tried again later" in found_at(found, "fail")
    assert "Nobody does reconcile" in found_at(found, "fail")
    heartbeats.beat("reconcile", every=10)
    found = doctor("housekeeping")
    assert "reconcile is done on" in found_at(found, "ok")
    assert "manage.py housekeeper" in found_at(found, "fail")


def test_a_program_that_fell_silent_is_forgotten(redis_client: redis.Redis) -> None:
    heartbeats.beat("alerts", every=15)
    assert 15 < redis_client.ttl(heartbeats.KEY.format("alerts")) <= 75


def test_jobs_in_an_unknown_queue(redis_client: redis.Redis) -> None:
    assert levels(doctor("queues")) == {"ok"}
    Queue("essays", connection=redis_client).enqueue("feedback.pipeline.entry.perform", "nothing")
    assert "1 jobs wait in the queue essays" in found_at(doctor("queues"), "warn")


def test_a_gate_that_is_behind() -> None:
    upstream = Upstream.objects.get(name="bedrock")
    get_gate().configure(upstream.config())
    Upstream.objects.filter(name="bedrock").update(version=upstream.version + 1)
    assert "bedrock: it enforces version" in found_at(doctor("gate"), "warn")
    call_command("limiter", "reconcile", stdout=StringIO())
    assert levels(doctor("gate")) == {"ok"}


def test_an_upstream_that_an_operator_holds() -> None:
    services.change_upstream(
        upstream="bedrock", changes={"paused": True}, author="opal", reason="a look at the bill"
    )
    assert "bedrock: paused by an operator" in found_at(doctor("gate"), "warn")


def test_slots_are_reckoned_by_littles_law(settings: Settings) -> None:
    assert "bedrock: no call was seen yet" in found_at(doctor("slots"), "ok")
    settings.FEEDBACK_UPSTREAM = "bedrock"
    services.change_upstream(
        upstream="bedrock", changes={"requests_per_minute": 60}, author="opal", reason="a test"
    )
    found = found_at(doctor("slots"), "warn")
    assert "60 a minute x 125 s, assumed = 125 calls in flight" in found
    assert "no worker listens" in found


@pytest.mark.parametrize(
    ("setting", "value", "finding"),
    [
        ("ALLOWED_HOSTS", ["*"], "Every host name is accepted."),
        ("CONTENT_SECURITY_POLICY", {"DIRECTIVES": {"script-src": ["'unsafe-inline'"]}}, "is loose"),
        ("PRODUCTION", True, "Static files were not collected."),
    ],
)
def test_settings_that_are_unfit_for_production(
    settings: Settings, tmp_path: Path, setting: str, value: object, finding: str
) -> None:
    settings.STATIC_ROOT = tmp_path
    assert "fail" not in levels(doctor("site"))
    setattr(settings, setting, value)
    assert finding in found_at(doctor("site"), "fail")


# Ways that work can go --------------------------------------------------------------------------


def a_pool(*members: str) -> None:
    pool = Pool.objects.create(name="models", reason="a test", author="opal")
    for position, name in enumerate(members, start=1):
        PoolMember.objects.create(pool=pool, upstream_id=name, position=position)


def test_upstreams_that_nothing_answers_behind() -> None:
    assert levels(doctor("upstreams", "pools")) == {"ok"}
    services.create_upstream(name="haiku", values={}, author="opal", reason="a test")
    assert "haiku: no provider answers behind it" in found_at(doctor("upstreams"), "warn")
    a_pool("offline", "haiku")
    assert "nothing answers behind haiku, and work is moved there" in found_at(doctor("pools"), "fail")


def test_an_upstream_with_a_queue_that_no_worker_knows() -> None:
    Upstream.objects.filter(name="bedrock").update(queue="essays")
    assert "no worker of these settings listens to its queue essays" in found_at(doctor("upstreams"), "fail")


def test_where_peoples_work_goes_there_must_be_an_upstream(settings: Settings) -> None:
    settings.FEEDBACK_UPSTREAM = "simulated"
    assert "People's work goes to simulated, and there is no such" in found_at(doctor("upstreams"), "fail")


def test_a_pool_without_a_stand_in() -> None:
    a_pool("bedrock")
    assert "models has bedrock alone" in found_at(doctor("pools"), "warn")
    PoolMember.objects.create(pool_id="models", upstream_id="offline", position=2)
    assert "bedrock, offline, in this order" in found_at(doctor("pools"), "ok")
    Upstream.objects.filter(name="offline").update(paused=True)
    assert "offline is paused and stands in for nobody" in found_at(doctor("pools"), "warn")


def test_an_assignment_with_an_upstream_that_is_away(assignment: Assignment) -> None:
    Assignment.objects.update(allowed_upstreams=["bedrock"], deadline=None)
    assert f"“{assignment}” in {assignment.course}" in found_at(doctor("permissions"), "fail")
    a_pool("offline", "bedrock")
    assert levels(doctor("permissions")) == {"ok"}
    Plan.objects.filter(is_default=True).update(allowed_upstreams=["haiku"])
    assert "the plan standard" in found_at(doctor("permissions"), "fail")


def test_an_assignment_that_is_over_is_not_reported(assignment: Assignment) -> None:
    Assignment.objects.update(allowed_upstreams=["bedrock"], deadline=timezone.now() - timedelta(days=1))
    assert levels(doctor("permissions")) == {"ok"}


def test_a_budget_bounds_nothing_where_the_model_has_no_price(settings: Settings, owner: User) -> None:
    settings.FEEDBACK_UPSTREAM = "bedrock"
    Price.objects.all().delete()
    assert "has no price: what is spent is not known" in found_at(doctor("prices"), "warn")
    Budget.objects.create(user=owner, monthly=0)
    assert "has no price, so 1 budgets bound nothing" in found_at(doctor("prices"), "fail")
    a_price(model="*", to_be_checked=True)
    assert "is a placeholder" in found_at(doctor("prices"), "warn")
    Price.objects.update(to_be_checked=False)
    assert "has a price from" in found_at(doctor("prices"), "ok")
    assert f"Nothing is left this month for {owner}" in found_at(doctor("budgets"), "warn")


# Bedrock ----------------------------------------------------------------------------------------


@pytest.fixture
def simulator(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Bedrock's place is taken by the simulator."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "access")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with Simulator(latency={"total": {"low": 0, "high": 0}}) as running:
        settings.FEEDBACK_UPSTREAM, settings.BEDROCK_ENDPOINT_URL = "bedrock", running.url
        yield running


def test_bedrock_is_not_asked_unless_it_may_cost_something(simulator: Simulator) -> None:
    found = doctor("bedrock")
    assert "credentials from env" in found_at(found, "ok")
    assert "can be reached" in found_at(found, "ok")
    assert simulator.stats()["requests"] == 0


def test_each_upstream_of_bedrock_is_looked_at_with_its_own_endpoint_and_model(
    simulator: Simulator, settings: Settings
) -> None:
    nowhere = f"http://127.0.0.1:{free_port(0)}"
    settings.BEDROCK_UPSTREAMS = {
        "haiku": BedrockUpstream("eu-west-1", "eu.anthropic.claude-haiku-4-5-20251001-v1:0", simulator.url),
        "away": BedrockUpstream("eu-west-1", "eu.anthropic.claude-haiku-4-5-20251001-v1:0", nowhere),
    }
    found = doctor("bedrock", "--call")
    assert "haiku: eu.anthropic.claude-haiku-4-5-20251001-v1:0 answered in" in found_at(found, "ok")
    assert f"away: {nowhere} can't be reached" in found_at(found, "fail")
    assert "Correct the endpoint of away in the admin" in found_at(found, "fail")
    assert "tokens estimated of a request that the service counts" in found_at(found, "ok")
    assert simulator.stats()["requests"] == 3  # the default's, haiku's, and the count of haiku's tokens


def test_a_call_tells_for_certain(simulator: Simulator) -> None:
    assert "answered in" in found_at(doctor("bedrock", "--call"), "ok")
    assert simulator.stats()["requests"] == 1


def test_a_model_that_is_refused_names_the_way_to_it(simulator: Simulator) -> None:
    simulator.change(errors={"AccessDeniedException": 1.0})
    assert "Ask for access to the model" in found_at(doctor("bedrock", "--call"), "fail")


def test_an_endpoint_that_is_away(simulator: Simulator, settings: Settings) -> None:
    settings.BEDROCK_ENDPOINT_URL = f"http://127.0.0.1:{free_port(0)}"
    assert "can't be reached" in found_at(doctor("bedrock"), "fail")


def test_no_credentials(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert "There are no AWS credentials." in found_at(doctor("bedrock"), "fail")


# Mail -------------------------------------------------------------------------------------------


def test_a_mail_server_that_answers_and_one_that_does_not(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port(0)
    assert "takes no mail" in found_at(doctor("mail"), "fail")
    server = MailServer(object(), settings.EMAIL_PORT)
    server.start()
    try:
        found = doctor("mail")
    finally:
        server.stop()
    assert "answers" in found_at(found, "ok")
    assert "which others refuse" in found_at(found, "warn")
