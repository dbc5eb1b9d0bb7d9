"""A server of the campus's own, named in the environment alone: documents get their feedback there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from pytest_django.fixtures import Settings

from feedback.development.simulator import Simulator
from feedback.models import Document, Endpoint, Feedback, Job, User
from feedback.portal.reading.labels import destination_of
from feedback.providers.base import RateLimit, RateLimits
from feedback.providers.models.generation import Way
from feedback.selectors.upstreams.endpoints import target_of
from feedback.services.intake import documents
from feedback.services.upstreams import reported_limits
from feedback.services.upstreams.endpoints import seed_endpoints
from limiter.models import ConfigVersion, Upstream
from limiter.services import change_upstream
from tests.commands import manage
from tests.factories.drafts import run_all

TEXT = (
    "School uniforms are a topic that everyone has an opinion about. Studies show that uniforms reduce "
    "bullying. However, I think that pupils should be asked, because they wear them every day."
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(
    settings: Settings, redis_client: redis.Redis, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Simulator]:
    """A chat-completions server, and an environment that names it."""
    monkeypatch.setenv("CAMPUS_API_KEY", "sk-campus")
    quick = {"first_token": {"low": 0, "high": 0}, "per_output_token": {"low": 0, "high": 0}}
    with Simulator(latency=quick) as running:
        settings.COMPATIBLE_URL, settings.COMPATIBLE_MODEL = f"{running.url}/v1", "Qwen/Qwen3-32B"
        settings.COMPATIBLE_KEY_VARIABLE, settings.FEEDBACK_UPSTREAM = "CAMPUS_API_KEY", "compatible"
        settings.LIMITER_QUEUES = {name: name for name in ("bedrock", "compatible", "simulated", "offline")}
        settings.RQ_QUEUES = {**settings.RQ_QUEUES, "compatible": settings.RQ_QUEUES["bedrock"]}
        seed_endpoints()
        reported_limits.forget()
        yield running


def hand_in(owner: User) -> Document:
    document = documents.submit(
        owner=owner,
        handed=documents.Handed("essay.txt", TEXT.encode()),
        submission_key="campus",
        assignment=None,
        upstream="compatible",
    )
    return run_all(document)


def test_the_environment_alone_is_enough_for_a_document(server: Simulator, owner: User) -> None:
    document = hand_in(owner)
    assert document.ended
    assert set(document.jobs.values_list("state", flat=True)) == {Job.State.DONE}
    given = Feedback.objects.filter(document=document)
    assert {each.provider for each in given} == {"openai_compatible"}
    assert all(each.comments.exists() for each in given)
    assert server.stats()["requests"] == given.count()


def test_what_the_server_reports_of_its_limits_bounds_the_upstream(server: Simulator, owner: User) -> None:
    server.change(quota={"requests_per_minute": 90, "tokens_per_minute": 200_000})
    before = Upstream.objects.get(name="compatible")
    assert (before.requests_per_minute, before.tokens_per_minute) == (None, None)
    hand_in(owner)
    after = Upstream.objects.get(name="compatible")
    assert (after.requests_per_minute, after.tokens_per_minute) == (90, 200_000)
    assert ConfigVersion.objects.filter(upstream="compatible", author="system").count() == 1


def test_a_lower_limit_of_ours_stays_and_a_day_is_no_minute() -> None:
    change_upstream(upstream="bedrock", changes={"requests_per_minute": 30}, author="ada", reason="careful")
    reported_limits.obey("bedrock", RateLimits(RateLimit(90, 89, 1.0), None))
    assert Upstream.objects.get(name="bedrock").requests_per_minute == 30
    reported_limits.obey("bedrock", RateLimits(RateLimit(20, 19, 40_000.0), RateLimit(0, 0, 1.0)))
    assert Upstream.objects.get(name="bedrock").requests_per_minute == 30
    assert Upstream.objects.get(name="bedrock").tokens_per_minute is None
    assert reported_limits.obey("bedrock", RateLimits(RateLimit(20, 19, 3.0), None))
    assert Upstream.objects.get(name="bedrock").requests_per_minute == 20


def test_limits_and_endpoint_are_there_to_be_edited(server: Simulator) -> None:
    assert Upstream.objects.get(name="compatible").queue == "compatible"
    assert Endpoint.objects.get(upstream="compatible").provider == "openai_compatible"
    assert ConfigVersion.objects.filter(upstream="compatible").exists()
    assert seed_endpoints() == 0
    assert target_of("compatible").generation.way is not Way.STRICT_TOOL


def test_the_page_names_the_server_and_no_cloud(server: Simulator) -> None:
    words = destination_of("compatible")
    assert words.leaves_server
    assert "Qwen/Qwen3-32B" in str(words.words)
    assert "127.0.0.1" in str(words.words)
    assert "Amazon" not in f"{words.title} {words.words}"


def test_doctor_asks_it_as_work_does(server: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "answered in" in manage("doctor", "--only", "bedrock", "--call", "--json").stdout
    monkeypatch.delenv("CAMPUS_API_KEY")
    output = manage("doctor", "--only", "bedrock", "--call", "--json").stdout
    assert "answered in" not in output
    assert "CAMPUS_API_KEY" in output
