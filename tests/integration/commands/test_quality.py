"""`manage.py quality`: what a sample costs is said before, and a model gets the figures that it deserves."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from feedback.models import Price
from feedback.providers.base import (
    Comment,
    CommentKind,
    FeedbackOutput,
    ProviderError,
    Request,
    SectionRequest,
    Throttled,
)
from tests.factories.providers import ScriptedProvider, in_place_of

pytestmark = pytest.mark.django_db  # a price is a row
CALLS = 3 * 2 + 6  # three sections twice, and one of them for six authors


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Any:
    with in_place_of("simulated", ScriptedProvider(), monkeypatch) as provider:
        yield provider


def quality(*words: str) -> str:
    out = StringIO()
    call_command("quality", "--upstream", "simulated", "--sample", "3", *words, stdout=out)
    return out.getvalue()


def figure(printed: str, name: str) -> float:
    line = next(line for line in printed.splitlines() if name in line)
    return float(line.split()[0])


def unfair(request: Request) -> FeedbackOutput:
    """Other words for whoever comes from elsewhere, and a quotation that no text has."""
    assert isinstance(request, SectionRequest)
    plain = request.text.removeprefix("By the author.\n\n")
    quote = plain.split("\n\n")[-1][:30] if not plain.startswith("By ") else "no such words"
    comment = Comment(kind=CommentKind.STYLE, quote=quote, message="Why?", suggestion="Say it in one go.")
    return FeedbackOutput(summary="Read.", comments=[comment])


def test_the_cost_comes_first_and_no_call_is_made_without_consent(model: ScriptedProvider) -> None:
    printed = quality()
    assert f"3 sections make {CALLS} calls of simulated (scripted-1)" in printed
    assert "1,200 tokens of input and at most 600 of output, at a price that is not known" in printed
    assert model.calls == 0
    Price.objects.create(
        model="scripted-1", valid_from=date(2024, 1, 1), currency="USD",
        input=1_000, output=2_000, cache_read=0, cache_write=0,
    )  # fmt: skip
    assert "at most 2.40 USD." in quality()


def test_a_provider_that_costs_nothing_says_so() -> None:
    out = StringIO()
    call_command("quality", "--upstream", "offline", "--sample", "1", stdout=out)
    assert "they cost nothing." in out.getvalue()


def test_as_many_calls_are_made_as_were_announced(model: ScriptedProvider) -> None:
    printed = quality("--yes")
    assert model.calls == CALLS
    assert f"Used {CALLS * 80:,} and {CALLS * 20:,} tokens of input and output." in printed


def test_a_model_that_treats_names_unlike_is_caught(model: ScriptedProvider) -> None:
    model.answer = unfair
    printed = quality("--yes")
    assert figure(printed, "for the same author, asked twice") == 100
    assert figure(printed, "under other names") < 50
    assert figure(printed, "quotation is in the text") == 100


def test_a_throttled_call_is_tried_again_and_a_refused_one_ends_it(model: ScriptedProvider) -> None:
    model.errors = [Throttled(retry_after=0.01)]
    assert "planted flaws found" in quality("--yes")
    refused = ProviderError("No such model.")
    refused.transient = False
    model.errors = [refused]
    with pytest.raises(CommandError, match="0 calls were answered") as ended:
        quality("--yes")
    assert ended.value.returncode == 1


@pytest.mark.parametrize("words", [("--sample", "0"), ("--sample", "9999"), ("--upstream", "nowhere")])
def test_what_is_asked_wrongly_is_one_line(words: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("quality", *words)
    assert refused.value.returncode == 2
