"""A quota of the simulator that queues: nothing is throttled, and each call waits for its turn."""

from __future__ import annotations

import pytest

from feedback.development.simulator.account.clock import Clock
from feedback.development.simulator.account.quota import Meter, QuotaExceededError, TokenCounts
from feedback.development.simulator.account.settings import Quota

STILL = 1e-6  # a speed at which nothing refills while a test lasts


def test_each_call_beyond_the_quota_waits_longer_than_the_one_before() -> None:
    quota = Quota(requests_per_minute=60, burst_seconds=2, queues=True)
    meter, waits = Meter(Clock(STILL)), []
    for _ in range(5):
        meter.reserve(quota, TokenCounts(input=10), 100)
        waits.append(meter.queue(quota))
    assert waits == pytest.approx([0, 0, 1, 2, 3], abs=0.01)


def test_the_quota_of_a_day_is_refused_all_the_same() -> None:
    quota = Quota(requests_per_minute=60, tokens_per_day=100, queues=True)
    with pytest.raises(QuotaExceededError):
        Meter(Clock(STILL)).reserve(quota, TokenCounts(input=200), 0)
