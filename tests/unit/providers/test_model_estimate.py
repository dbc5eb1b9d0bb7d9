"""What a call will hold, known without a network."""

from __future__ import annotations

import pytest

from feedback.providers.base import Criterion, Request, SectionRequest, SummaryRequest, Task
from feedback.providers.bedrock import BedrockProvider, BedrockSettings, OutputBudgets
from feedback.providers.prompting.budgets import Kind, kind_of
from feedback.providers.prompting.estimate import estimate_tokens

SETTINGS = BedrockSettings(model="m", region="eu-central-1", access_key_id="a", secret_access_key="b")


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (SectionRequest("word " * 149), Kind.SHORT),
        (SectionRequest("word " * 150), Kind.MEDIUM),
        (SectionRequest("word " * 600), Kind.LONG),
        (SummaryRequest("Title", (("One", "word " * 20),), ()), Kind.SUMMARY),
    ],
)
def test_the_length_of_an_answer_depends_on_what_it_is_about(request_: Request, kind: Kind) -> None:
    assert kind_of(request_) is kind
    estimate = BedrockProvider(SETTINGS).estimate(request_)
    assert estimate.max_tokens == getattr(OutputBudgets(), kind)


def test_every_criterion_adds_to_the_answer() -> None:
    task = Task(criteria=(Criterion("A", ""), Criterion("B", "")))
    budgets = OutputBudgets(short=100, per_criterion=7)
    assert budgets.max_tokens(SectionRequest("Short.", task=task)) == 114


def test_a_ceiling_holds_for_every_kind() -> None:
    budgets = OutputBudgets(ceiling=1500)
    assert budgets.max_tokens(SectionRequest("Short.")) == 1200
    assert budgets.max_tokens(SectionRequest("word " * 900)) == 1500


def test_a_longer_text_is_estimated_higher_by_its_own_tokens() -> None:
    provider = BedrockProvider(SETTINGS)
    short, long = (provider.estimate(SectionRequest("word " * n)).input_tokens for n in (10, 710))
    assert long - short == 1000  # 3,500 characters


def test_a_script_without_latin_letters_counts_near_one_token_for_each_character() -> None:
    assert estimate_tokens("学生的作文" * 10) == 50
    assert estimate_tokens("") == 0


@pytest.mark.parametrize(
    "nonsense",
    [{"model": ""}, {"slots": 0}, {"read_timeout": 0.0}, {"secret_access_key": None}],
)
def test_settings_that_cannot_work_are_refused(nonsense: dict[str, object]) -> None:
    fields: dict[str, object] = {"model": "m", "region": "r", "access_key_id": "a", "secret_access_key": "b"}
    with pytest.raises(ValueError, match=r"\w"):
        BedrockSettings(**{**fields, **nonsense})  # type: ignore[arg-type]


def test_secrets_stay_out_of_what_is_printed() -> None:
    shown = repr(BedrockSettings(model="m", region="r", access_key_id="a", secret_access_key="hush"))
    assert "hush" not in shown
