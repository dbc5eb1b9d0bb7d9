"""The bedrock provider against the simulator: what it yields, what it raises, what it leaves behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feedback.development.simulator import Simulator
from feedback.development.simulator.account.modelled import ErrorName, StreamErrorName
from feedback.development.simulator.account.settings import Malformed
from feedback.providers.base import (
    Aborted,
    Accepted,
    AccountRefused,
    Call,
    Delta,
    Event,
    Finished,
    MalformedAnswer,
    ProviderError,
    Rejected,
    SectionRequest,
    Task,
    Throttled,
    TimedOut,
    Truncated,
    Unavailable,
)
from feedback.providers.bedrock import BedrockProvider, BedrockSettings, OutputBudgets
from feedback.providers.models.generation import Generation


def run(provider: BedrockProvider, section: SectionRequest) -> list[Event]:
    return list(provider.stream(section, Call()))


def test_an_answer_comes_in_pieces_and_then_whole(provider: BedrockProvider, section: SectionRequest) -> None:
    first, *deltas, last = run(provider, section)
    assert first == Accepted()
    assert len(deltas) > 5
    assert isinstance(last, Finished)
    written = "".join(event.text for event in deltas if isinstance(event, Delta))
    assert last.output.model_validate_json(written) == last.output
    assert last.usage.output_tokens > 100


def test_the_bound_that_was_estimated_is_the_bound_that_is_sent(
    provider: BedrockProvider, simulator: Simulator, section: SectionRequest
) -> None:
    run(provider, section)
    tokens = simulator.stats()["tokens"]
    assert tokens["held"] == tokens["input"] + provider.estimate(section).max_tokens


def test_the_estimate_lies_above_what_is_counted_but_not_far(
    provider: BedrockProvider, simulator: Simulator, section: SectionRequest
) -> None:
    run(provider, section)
    counted = simulator.stats()["tokens"]["input"]
    assert counted <= provider.estimate(section).input_tokens <= 1.5 * counted


def test_what_the_texts_for_one_assignment_share_can_be_cached(
    settings: BedrockSettings, section: SectionRequest
) -> None:
    provider = BedrockProvider(replace(settings, generation=Generation(cache="5m")))
    task = Task(title="Uniforms", instructions="Argue for or against them. " * 40)
    run(provider, replace(section, task=task))
    *_, last = run(provider, SectionRequest("Quite another text.", task=task))
    assert isinstance(last, Finished)
    assert last.usage.cache_read_tokens > last.usage.input_tokens
    provider.close()


@pytest.mark.parametrize(
    ("name", "family"),
    [
        (ErrorName.THROTTLING, Throttled),
        (ErrorName.SERVICE_UNAVAILABLE, Unavailable),
        (ErrorName.MODEL_NOT_READY, Unavailable),
        (ErrorName.MODEL_TIMEOUT, TimedOut),
        (ErrorName.VALIDATION, Rejected),
        (ErrorName.ACCESS_DENIED, AccountRefused),
    ],
)
def test_an_error_is_raised_as_its_family_after_a_single_attempt(
    provider: BedrockProvider,
    simulator: Simulator,
    section: SectionRequest,
    name: ErrorName,
    family: type[ProviderError],
) -> None:
    simulator.change(errors={name: 1}, retry_after=4)
    with pytest.raises(family) as caught:
        run(provider, section)
    assert caught.value.retry_after == (4 if family is Throttled else 0)
    assert simulator.stats()["requests"] == 1


@pytest.mark.parametrize(
    ("name", "family"),
    [
        (StreamErrorName.THROTTLING, Throttled),
        (StreamErrorName.MODEL_STREAM_ERROR, Unavailable),
        (StreamErrorName.VALIDATION, Rejected),
    ],
)
def test_an_error_in_the_middle_comes_after_what_had_been_written(
    provider: BedrockProvider,
    simulator: Simulator,
    section: SectionRequest,
    name: StreamErrorName,
    family: type[ProviderError],
) -> None:
    simulator.change(stream_errors={name: 1})
    seen: list[Event] = []
    with pytest.raises(family):
        seen.extend(_collected(provider, section, seen))
    assert seen[0] == Accepted()
    assert any(isinstance(event, Delta) for event in seen)


def _collected(provider: BedrockProvider, section: SectionRequest, seen: list[Event]) -> list[Event]:
    for event in provider.stream(section, Call()):
        seen.append(event)
    return []


def test_a_connection_that_breaks_in_the_middle_is_no_answer(
    provider: BedrockProvider, simulator: Simulator, section: SectionRequest
) -> None:
    simulator.change(malformed={Malformed.CUT: 1})
    with pytest.raises(Unavailable):
        run(provider, section)


@pytest.mark.parametrize("fault", [Malformed.TRUNCATED, Malformed.SCHEMA, Malformed.BROKEN_QUOTE])
def test_what_is_whole_in_a_damaged_answer_is_kept(
    provider: BedrockProvider, simulator: Simulator, section: SectionRequest, fault: Malformed
) -> None:
    *_, sound = run(provider, section)
    simulator.change(malformed={fault: 1})
    *_, last = run(provider, section)
    assert isinstance(sound, Finished)
    assert isinstance(last, Finished)
    assert 0 < len(last.output.comments) < len(sound.output.comments)
    messages = {comment.message for comment in sound.output.comments}
    assert {comment.message for comment in last.output.comments} < messages
    assert (last.stop_reason == "max_tokens") is (fault is Malformed.TRUNCATED)


def test_an_answer_of_which_nothing_is_whole_says_what_it_cost(
    provider: BedrockProvider, simulator: Simulator, section: SectionRequest
) -> None:
    simulator.change(malformed={Malformed.GARBAGE: 1})
    with pytest.raises(MalformedAnswer) as caught:
        run(provider, section)
    assert caught.value.usage is not None
    assert caught.value.usage.output_tokens == simulator.stats()["tokens"]["output"]


def test_an_answer_too_long_for_its_bound_says_so(settings: BedrockSettings, section: SectionRequest) -> None:
    provider = BedrockProvider(replace(settings, budgets=OutputBudgets(short=60, medium=60)))
    with pytest.raises(Truncated) as caught:
        run(provider, section)
    assert caught.value.usage is not None
    assert caught.value.usage.output_tokens == 60
    provider.close()


def test_a_server_that_is_not_there_is_unavailable(
    settings: BedrockSettings, section: SectionRequest
) -> None:
    with Simulator() as gone:
        nowhere = gone.url
    provider = BedrockProvider(replace(settings, endpoint_url=nowhere))
    with pytest.raises(Unavailable):
        run(provider, section)


def test_a_call_that_was_aborted_before_it_began_sends_nothing(
    provider: BedrockProvider, simulator: Simulator, section: SectionRequest
) -> None:
    call = Call()
    call.abort()
    with pytest.raises(Aborted):
        list(provider.stream(section, call))
    assert simulator.stats()["requests"] == 0


def test_one_connection_serves_one_call_after_the_other(
    provider: BedrockProvider, section: SectionRequest
) -> None:
    for _ in range(3):
        run(provider, section)
    (pool,) = provider._connected()._endpoint.http_session._manager.pools._container.values()  # type: ignore[attr-defined]
    assert pool.num_connections == 1
