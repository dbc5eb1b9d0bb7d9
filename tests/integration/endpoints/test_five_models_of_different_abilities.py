"""A document on each of five models that can do different things, set up in the admin alone, end to end.

The simulator refuses what each model refuses, by field; what the models can do is stated here once more, from
the public pages, so that a wrong row of the catalogue shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import redis
from django.test import Client
from pytest_django.fixtures import Settings

from feedback.development.simulator import Simulator
from feedback.errors import JobFailed
from feedback.models import Document, Endpoint, Feedback, Job, LearntRefusal, User
from feedback.selectors.upstreams.endpoints import forget, target_of
from feedback.services.intake import documents
from feedback.services.upstreams.endpoints import change_model
from tests.commands import manage
from tests.factories.drafts import run_all
from tests.people import signed_in

NO_STRUCTURE = {"tools": False, "forced_tool": False, "strict": False, "json_schema": False}
ABILITIES: dict[str, dict[str, Any]] = {
    "*claude-sonnet-4-5*": {"longest_answer": 64_000},
    "*claude-opus-5-5*": {"temperature": False, "top_p": False, "forced_tool": False},
    "*nova-lite*": {"strict": False, "json_schema": False, "effort": False, "cache_hour": False},
    "*llama3-3-70b*": {"forced_tool": False, "strict": False, "json_schema": False, "cache": False},
    "*deepseek.r1*": {**NO_STRUCTURE, "cache": False, "effort": False},
}
MODELS = ("claude-sonnet-4-5", "claude-opus-5-5", "nova-lite", "llama-3-3-70b", "deepseek-r1")
TEXT = (
    "School uniforms are a topic that everyone has an opinion about. Studies show that uniforms reduce "
    "bullying. However, I think that pupils should be asked, because they wear them every day. It is "
    "important to look at the cost: a uniform costs 120 euros on average (Miller, 2021)."
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def simulator(
    settings: Settings, redis_client: redis.Redis, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Simulator]:
    """In Bedrock's place."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "access")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    quick = {"first_token": {"low": 0, "high": 0}, "per_output_token": {"low": 0, "high": 0}}
    with Simulator(latency=quick, models=ABILITIES) as running:
        settings.BEDROCK_ENDPOINT_URL, settings.FEEDBACK_UPSTREAM = running.url, "bedrock"
        settings.BEDROCK_REGION = "us-east-1"
        yield running


@pytest.fixture
def operator(transactional_db: None) -> Client:
    return signed_in(User.objects.create_superuser("operator@example.org", password="correct horse"))


def save(operator: Client, **fields: Any) -> Any:
    """By the admin's own form, as an operator would."""
    row = Endpoint.objects.get(upstream="bedrock")
    page = "/admin/feedback/endpoint/bedrock/change/"
    shown = operator.get(page).context["adminform"].form.initial
    form = {name: "" if value is None else value for name, value in shown.items()}
    form |= {"extra_fields": "{}", "reason": "a test", "seen": row.version, "worldwide": ""}
    return operator.post(page, {**form, **fields})


def set_up(operator: Client, **fields: Any) -> None:
    answer = save(operator, **fields)
    assert answer.status_code == 302, answer.context["errors"]
    forget()


def feedback_on_a_document(owner: User, name: str) -> list[Feedback]:
    document = documents.submit(
        owner=owner,
        handed=documents.Handed(f"{name}.txt", TEXT.encode()),
        submission_key=name,
        assignment=None,
        upstream="bedrock",
    )
    _finish(document)
    failed = document.jobs.exclude(state=Job.State.DONE).values_list("kind", "state", "error")
    assert not failed, list(failed)
    return list(document.feedback.all())


def _finish(document: Document) -> None:
    while not document.ended:
        with suppress(JobFailed):
            run_all(document)
        document.refresh_from_db()


@pytest.mark.parametrize("model", MODELS)
def test_a_document_gets_its_feedback(
    model: str, simulator: Simulator, operator: Client, owner: User
) -> None:
    set_up(operator, model=model)
    given = feedback_on_a_document(owner, model)
    assert given
    assert all(each.comments.exists() for each in given)
    assert not LearntRefusal.objects.exists()  # nothing had to be found out: the catalogue knew
    assert simulator.stats()["errors"] == {}
    found = manage("doctor", "--only", "bedrock", "--call", "--json").stdout
    assert "answered in" in found, found


def test_what_the_table_has_wrong_is_learnt_and_the_document_done(
    simulator: Simulator, operator: Client, owner: User
) -> None:
    wrong = {"accepts_temperature": True, "accepts_forced_tool": True, "accepts_tools": True}
    change_model(name="claude-opus-5-5", values=wrong, author="operator", reason="a mistake")
    set_up(operator, model="claude-opus-5-5", temperature="0.4")
    assert feedback_on_a_document(owner, "learnt")
    learnt = set(LearntRefusal.objects.values_list("setting", flat=True))
    assert learnt == {"temperature", "tool_choice"}
    assert target_of("bedrock").generation.temperature is None


def test_doctor_says_so_when_the_call_that_work_makes_is_refused(
    simulator: Simulator, operator: Client
) -> None:
    """A call of eight tokens without tools, as doctor once made it, would have been answered."""
    simulator.change(models={"*": {**NO_STRUCTURE}})
    set_up(operator, model="claude-sonnet-4-5")
    done = manage("doctor", "--only", "bedrock", "--call", "--json")
    assert "answered in" not in done.stdout
    assert done.returncode != 0


def test_what_the_model_cannot_do_is_refused_at_the_field(simulator: Simulator, operator: Client) -> None:
    answer = save(operator, model="claude-opus-5-5", temperature="0.7")
    assert answer.status_code == 200
    assert "takes no temperature" in answer.content.decode()
