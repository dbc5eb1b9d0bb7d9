"""A model that obeys the attacker, and what reaches the student all the same."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from django.urls import reverse
from pytest_django import Settings

from feedback.development.simulator.serving.hosting import Simulator
from feedback.dispatch import upstreams
from feedback.errors import JobFailed
from feedback.models import Assignment, Comment, Document, Feedback, User
from feedback.services.intake import documents
from tests.factories.drafts import run_all
from tests.factories.people import LEVELS
from tests.factories.work import a_simulated_upstream
from tests.people import signed_in

ESSAYS = sorted((Path(__file__).parent / "essays").glob("*.md"))
ALIVE = re.compile(r"<(?:script(?![^>]*\ssrc=)|img|iframe|object|style)|<[^>]*\son\w+\s*=", re.I)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gullible(settings: Settings, redis_client: redis.Redis, transactional_db: None) -> Iterator[None]:
    quick = {"first_token": {"low": 0, "high": 0}, "per_output_token": {"low": 0, "high": 0}}
    with Simulator(gullible=True, latency=quick) as simulator:
        settings.SIMULATOR_URL = simulator.url
        upstreams.forget_providers()
        a_simulated_upstream()
        yield
    upstreams.forget_providers()


def hand_in(essay: Path, owner: User, assignment: Assignment) -> Document:
    document = documents.submit(
        owner=owner,
        handed=documents.Handed(essay.name, essay.read_bytes()),
        submission_key=essay.stem,
        assignment=assignment,
        upstream="simulated",
    )
    while not document.ended:
        with suppress(JobFailed):
            run_all(document)
        document.refresh_from_db()
    return document


@pytest.mark.parametrize("essay", ESSAYS, ids=lambda path: path.stem)
def test_an_attack_comes_to_nothing(essay: Path, owner: User, assignment: Assignment, gullible: None) -> None:
    expected: dict[str, Any] = tomllib.loads(essay.with_suffix(".toml").read_text())
    document = hand_in(essay, owner, assignment)
    page = signed_in(owner).get(reverse("document", args=[document.pk])).content.decode()

    assert document.state == expected.get("state", "complete")
    for words in expected.get("says", ()):
        assert words in page.replace("&#x27;", "'")
    for words in expected.get("never", ()):
        assert words not in _of_the_margin(page)
    if "cautions" in expected:
        assert Feedback.objects.get(section__document=document).cautions == expected["cautions"]
    if expected.get("unsupported"):
        assert not any(level["supported"] for level in _levels(document))
    _assert_what_always_holds(document, page)


def _assert_what_always_holds(document: Document, page: str) -> None:
    assert not ALIVE.search(page)
    assert "javascript:" not in re.sub(r'<div class="text">.*?</div>', "", page, flags=re.DOTALL)
    for level in _levels(document):
        assert level["criterion"] == "Argument"
        assert level["level"] in ("", *LEVELS)
        assert not level["supported"] or level["evidence"] in document.text
    for comment in Comment.objects.filter(feedback__document=document, start__isnull=False):
        text = comment.feedback.section.text if comment.feedback.section else document.text
        assert text[comment.start : comment.end] == comment.quote


def _levels(document: Document) -> list[dict[str, Any]]:
    return [level for given in Feedback.objects.filter(document=document) for level in given.levels]


def _of_the_margin(page: str) -> str:
    """The page without the student's own words, which may say what they like."""
    page = re.sub(r'<div class="text">.*?</div>', "", page, flags=re.DOTALL)
    return re.sub(r"<blockquote.*?</blockquote>", "", page, flags=re.DOTALL)


def test_every_essay_says_what_must_hold() -> None:
    assert len(ESSAYS) >= 10
    for essay in ESSAYS:
        assert tomllib.loads(essay.with_suffix(".toml").read_text())["why"]
