"""The provider keeps the contract that all providers keep."""

from __future__ import annotations

import pytest

from feedback.providers.base import (
    Aborted,
    Accepted,
    Call,
    Delta,
    FeedbackOutput,
    Finished,
    Provider,
    SectionRequest,
    SummaryRequest,
)
from feedback.providers.offline.provider import OfflineProvider

from .offline_reading import sample

ESSAY = sample("sources/essay.md")
SECTION = SectionRequest(ESSAY.sections[1][1], (ESSAY.sections[1][0],))


def test_it_is_a_provider_that_is_not_simulated() -> None:
    provider: Provider = OfflineProvider()

    assert provider.name == "offline"
    assert not provider.simulated


@pytest.mark.parametrize("request_", [SECTION, ESSAY], ids=["section", "document"])
def test_it_accepts_then_writes_the_json_then_finishes(request_: SectionRequest | SummaryRequest) -> None:
    first, *deltas, last = OfflineProvider().stream(request_, Call())

    assert isinstance(first, Accepted)
    assert isinstance(last, Finished)
    written = "".join(delta.text for delta in deltas if isinstance(delta, Delta))
    assert FeedbackOutput.model_validate_json(written) == last.output
    assert len(deltas) > 3


def test_words_count_as_input_and_nothing_is_held_for_output() -> None:
    *_, last = OfflineProvider().stream(SECTION, Call())
    estimate = OfflineProvider().estimate(SECTION)

    assert isinstance(last, Finished)
    assert estimate.input_tokens == last.usage.input_tokens == len(SECTION.text.split())
    assert estimate.max_tokens == last.usage.output_tokens == 0


def test_a_cut_call_ends_at_the_next_piece() -> None:
    call = Call()
    events = OfflineProvider().stream(SECTION, call)
    next(events), next(events)
    call.abort()

    with pytest.raises(Aborted):
        next(events)


def test_a_call_that_was_cut_before_it_began_writes_nothing() -> None:
    call = Call()
    call.abort()
    events = OfflineProvider().stream(SECTION, call)

    assert isinstance(next(events), Accepted)
    with pytest.raises(Aborted):
        next(events)
