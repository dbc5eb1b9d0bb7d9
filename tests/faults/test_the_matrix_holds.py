"""The short form of `make faults`: a few faults under load on one stage, and the auditor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.matrix.faults import FAULTS
from tests.matrix.stage import Stage
from tests.matrix.trial import run

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1500)]

FEW = ("worker-killed", "redis-flushed", "postgres-backends-terminated")
OF_TIME = {"back after", "truth"}  # a slow machine is no fault


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(students=3) as stage:
        yield stage


@pytest.mark.parametrize("name", FEW)
def test_no_promise_is_broken_by(name: str, stage: Stage) -> None:
    outcome = run(stage, FAULTS[name], seed=1, before=3.0)
    broken = {promise: words for promise, words in outcome.verdict.broken.items() if promise not in OF_TIME}
    assert broken == {}
    assert int(outcome.verdict.counts["kept"].split("/")[1]) > 0
