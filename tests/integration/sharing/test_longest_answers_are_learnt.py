"""max_tokens follows what answers really were; one that was cut off is asked for again with more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from feedback.errors import JobFailed
from feedback.messages.errors import error_in_words
from feedback.models import Job, OutputBudget
from feedback.providers.base import MalformedAnswer, Truncated
from feedback.selectors.upstreams.tuning import freed_since
from feedback.services.upstreams import tuning
from tests.factories.providers import ScriptedProvider
from tests.factories.sharing import analysis_of, handed_in, run_once
from tests.factories.work import a_document, a_job

pytestmark = pytest.mark.django_db


def answered(lengths: list[int], *, max_tokens: int = 4000, days_ago: float = 0) -> None:
    """Jobs with answers of these lengths."""
    document, now = a_document(), timezone.now() - timedelta(days=days_ago)
    for length in lengths:
        a_job(
            document, kind=Job.Kind.SUMMARISE, target=uuid4(), state=Job.State.DONE, outcome="success",
            model="scripted-1", output_class="short", max_tokens=max_tokens, output_tokens=length,
            finished_at=now, settled_at=now,
        )  # fmt: skip


def test_nothing_is_learnt_from_few_answers() -> None:
    answered([600] * (tuning.ENOUGH - 1))
    assert tuning.learn() == []


def test_the_value_is_a_high_quantile_with_a_margin() -> None:
    answered([*range(401, 601)])  # 99 of 100 within 598
    (learnt,) = tuning.learn()
    assert (learnt.version, learnt.cold, learnt.samples, learnt.median, learnt.high) == (
        1,
        4000,
        200,
        500,
        598,
    )
    assert learnt.max_tokens == 704  # 598 × 1.15, up to a multiple of 64


def test_short_answers_keep_a_floor() -> None:
    answered([3] * 200)
    assert tuning.learn()[0].max_tokens == tuning.FLOOR


def test_only_the_last_two_weeks_count() -> None:
    answered([3000] * 200, days_ago=15)
    answered([500] * 200)
    assert tuning.learn()[0].high == 500


def test_versions_follow_what_changes_and_rest_where_little_does() -> None:
    answered([500] * 200)
    assert [each.version for each in tuning.learn()] == [1]
    assert tuning.learn() == []
    answered([1500] * 100)
    assert [(each.version, each.cold) for each in tuning.learn()] == [(2, 4000)]
    assert OutputBudget.objects.count() == 2


def test_what_was_learnt_is_asked_for_and_held(provider: ScriptedProvider) -> None:
    answered([200] * 200)
    tuning.learn()
    document = handed_in()
    job = analysis_of(document)
    assert (job.max_tokens, job.tokens) == (256, 356)
    run_once(document)
    assert provider.asked == [256]


def test_nothing_above_the_providers_ceiling_is_asked_for() -> None:
    answered([3000] * 200)
    tuning.learn()
    assert analysis_of(handed_in()).max_tokens == 400


def test_it_can_be_switched_off(settings: Any) -> None:
    answered([200] * 200)
    tuning.learn()
    settings.TUNE_MAX_TOKENS = False
    assert analysis_of(handed_in()).max_tokens == 50


def test_a_cut_off_answer_is_asked_for_again_with_twice_as_much(provider: ScriptedProvider) -> None:
    provider.stop_reason = "max_tokens"
    document = handed_in()
    job, execution, _ = run_once(document)
    assert (job.state, job.failures, job.max_tokens, job.tokens) == ("waiting", 0, 100, 200)
    assert execution.next_output == 100  # which the gate holds for the next attempt
    provider.stop_reason = "end_turn"
    job, _, _ = run_once(document)
    assert (job.state, provider.asked) == ("done", [50, 100])


def test_at_the_ceiling_what_is_whole_in_the_answer_counts(provider: ScriptedProvider) -> None:
    provider.stop_reason = "max_tokens"
    document = handed_in()
    while run_once(document)[0].state == "waiting":
        pass
    assert (analysis_of(document).state, provider.asked) == ("done", [50, 100, 200, 400])


def test_at_the_ceiling_an_answer_without_anything_whole_counts_as_malformed(
    provider: ScriptedProvider,
) -> None:
    provider.errors = [Truncated() for _ in range(8)]
    document = handed_in()
    for _ in range(3):
        run_once(document)
    assert (analysis_of(document).max_tokens, analysis_of(document).failures) == (400, 0)
    for _ in range(4):
        run_once(document)
    with pytest.raises(JobFailed):
        run_once(document)
    assert MalformedAnswer.__name__ in error_in_words(analysis_of(document).error)


def test_the_report_says_how_much_quota_was_freed(provider: ScriptedProvider) -> None:
    answered([200] * 200)
    (learnt,) = tuning.learn()
    provider.stop_reason = "max_tokens"
    document = handed_in()
    run_once(document)
    provider.stop_reason = "end_turn"
    Job.objects.filter(output_class="short", document__state="received").delete()
    run_once(document)
    (freed,) = freed_since()
    assert (freed.calls, freed.asked, freed.freed, freed.truncated) == (1, 400, learnt.cold - 400, 1)
    assert freed.share == pytest.approx(0.9)
