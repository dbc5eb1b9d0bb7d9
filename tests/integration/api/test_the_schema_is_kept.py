"""The schema that is served: the one in the repository, and by schemathesis what the API really does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from feedback.api.app import api as served
from feedback.api.routes import events
from feedback.live.stream_limit import seats
from feedback.models import Assignment, User
from feedback.services.webhooks import subscriptions
from tests.factories import reading
from tests.factories.drafts import a_draft
from tests.running import ROOT as REPOSITORY

from .calling import Api

FILE = REPOSITORY / "docs" / "openapi.json"

# 422: refused for what a schema can't say, such as an assignment of another's. 410: a draft that is no more.
RIGHT = ["2xx", 204, 304, 401, 403, 404, 409, 410, 422, 429]
CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": RIGHT}}}

schema = schemathesis.openapi.from_dict(
    json.loads(FILE.read_text()), config=SchemathesisConfig.from_dict(CONFIG)
)
schema.app = get_wsgi_application()


def test_the_file_is_what_is_served(db: None) -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.json() == json.loads(FILE.read_text()), "run `make openapi`, and read what changed"
    assert answer.json()["openapi"] == "3.1.0"


def test_every_route_is_in_it() -> None:
    routes = {
        operation.operation_id for router in served._get_bound_routers()
        for view in router.path_operations.values() for operation in view.operations
    }  # fmt: skip
    described = json.loads(FILE.read_text())["paths"].values()
    assert {each["operationId"] for operations in described for each in operations.values()} == routes


@pytest.fixture
def one_transaction(db: None) -> Iterator[None]:
    """What Django's own client does: a request leaves the test's connection open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(
    one_transaction: None, operator: User, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Of somebody that may do everything, with a document, its jobs and a draft of their own."""
    monkeypatch.setattr(seats, "per_person", 0)  # a stream has no end that a test could wait for
    monkeypatch.setattr(events, "connection", SimpleNamespace(close=lambda: None))  # it is the test's own
    reading.a_split_document(operator)
    a_draft(operator, "Mine.")
    webhook, _secret = subscriptions.make(
        owner=operator, token=None, url="https://hooks.example.org/", events=["document.completed"]
    )
    subscriptions.test(webhook)
    return Api.of(operator, "read", "write", "operate").token


@pytest.fixture
def real(token: str, operator: User, assignment: Assignment) -> dict[str, Any]:
    """What a parameter may name that is really there."""
    document = operator.documents.get()
    job = document.jobs.all()[0]
    return {
        "document_id": str(document.pk), "section_id": str(job.section_id), "job_id": str(job.pk),
        "draft_id": str(operator.drafts.get().pk), "name": "offline",
        "webhook_id": str(operator.webhooks.get().pk),
        "delivery_id": str(operator.webhooks.get().deliveries.get().pk),
    }  # fmt: skip


def headers_of(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}


bounded = settings(
    max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@schema.parametrize()
@bounded
def test_it_answers_as_it_says(case: schemathesis.Case[Any], token: str, redis_client: object) -> None:
    case.call_and_validate(headers=headers_of(token))


@schema.include(path_regex=r"\{").parametrize()
@bounded
def test_it_does_so_of_what_is_there(
    case: schemathesis.Case[Any], token: str, real: dict[str, Any], redis_client: object
) -> None:
    named = {name: real[name] for name in case.path_parameters if name in real}
    if case.meta is not None and case.meta.generation.mode.is_positive:
        case.path_parameters = {**case.path_parameters, **named}
    case.call_and_validate(headers=headers_of(token))
