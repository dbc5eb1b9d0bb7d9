"""Work other than a call that was cut in its thread: the run never counted, as with a call."""

from __future__ import annotations

import pytest

from feedback.pipeline.failure import failure_of
from limiter.gate.model import Outcome
from limiter.jobs.execution import AbortReason, Execution
from limiter.rq.worker.deadlines import RunCut


@pytest.mark.parametrize("reason", [AbortReason.SHUTDOWN, AbortReason.LEASE_LOST, AbortReason.STOPPED])
def test_it_does_not_count_against_the_job(reason: AbortReason) -> None:
    execution = Execution(id="run", job="job")
    execution.abort(reason)
    failure = failure_of(RunCut(), execution)
    assert (failure.outcome, failure.again, failure.counts) == (Outcome.RETURNED, True, False)
    assert failure.error.arguments["reason"] == reason
