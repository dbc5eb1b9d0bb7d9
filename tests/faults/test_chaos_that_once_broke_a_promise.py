"""Sequences of faults that once broke a promise, as `make chaos` draws them by their seeds."""

from __future__ import annotations

import pytest

from tests.matrix import chaos
from tests.matrix.stage import Stage

pytestmark = [pytest.mark.faults, pytest.mark.long, pytest.mark.timeout(3600)]

MINUTES = 8
OF_TIME = {"truth"}  # a slow machine is no fault


@pytest.mark.parametrize(
    "seed",
    [2],  # Redis's clock put back held all turns for ten minutes; put on, it ended the leases of living runs
)
def test_no_promise_is_broken_any_more_by_the_seed(seed: int) -> None:
    with Stage() as stage:
        outcome = chaos.run(stage, seed, 60 * MINUTES)
    broken = {promise: words for promise, words in outcome.verdict.broken.items() if promise not in OF_TIME}
    assert broken == {}
    assert int(outcome.verdict.counts["kept"].split("/")[1]) > 0
