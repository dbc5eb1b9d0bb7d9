from __future__ import annotations

import pytest

from limiter.operations.fairness import jain
from limiter.simulation.fairness import jain_of_backlogged

from .small import job, simulate


def test_all_alike_is_one() -> None:
    assert jain([3.0, 3.0, 3.0]) == pytest.approx(1.0)


def test_one_with_everything_among_four_is_a_quarter() -> None:
    assert jain([8.0, 0.0, 0.0, 0.0]) == pytest.approx(0.25)


def test_three_to_one_is_four_fifths() -> None:
    assert jain([3.0, 1.0]) == pytest.approx(0.8)


def test_nothing_served_has_no_index() -> None:
    assert jain([0.0, 0.0]) is None


def test_two_users_with_a_backlog_are_served_alike_by_the_fair_choice_alone() -> None:
    jobs = [job(f"{user}-{n}", user, seconds=1.0) for user in ("ann", "bob") for n in range(200)]
    fair, first_come = simulate(jobs), simulate(jobs, "breaker")
    # 30 calls a minute for each of six whole minutes; the second waits until the first is done.
    assert jain_of_backlogged(fair, window=60.0) == pytest.approx(1.0, abs=0.01)
    assert jain_of_backlogged(first_come, window=60.0) == pytest.approx(0.5, abs=0.01)


def test_a_person_that_does_not_wait_all_the_time_is_not_compared() -> None:
    jobs = [job(f"ann-{n}", seconds=1.0) for n in range(100)] + [job("bob-0", "bob", at=90.0, seconds=1.0)]
    assert jain_of_backlogged(simulate(jobs), window=60.0) is None
