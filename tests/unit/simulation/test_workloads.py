from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limiter.simulation.model import Limits, NonsenseError
from limiter.simulation.scenarios import FLOOD, SCENARIOS, Size
from limiter.simulation.workload import share_out


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30), st.integers(0, 500))
def test_shares_add_up_and_everybody_has_one(weights: list[int], spare: int) -> None:
    shares = share_out(len(weights) + spare, weights)
    assert sum(shares) == len(weights) + spare
    assert min(shares) >= 1


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_scenario_brings_what_it_says_in_order(name: str) -> None:
    scenario = SCENARIOS[name]
    jobs = scenario.jobs(scenario.size(), seed=1)
    assert len(jobs) == scenario.sections + (FLOOD if name == "flood" else 0)
    assert len({job.id for job in jobs}) == len(jobs)
    assert len({job.user for job in jobs} - {"flood"}) == scenario.students
    assert [job.arrives for job in jobs] == sorted(job.arrives for job in jobs)
    assert all(70.0 <= job.seconds <= 180.0 for job in jobs)


def test_deadline_night_is_500_students_with_5000_sections() -> None:
    assert SCENARIOS["deadline_night"].size() == Size(500, 5_000, 30.0)


def test_another_seed_is_another_night() -> None:
    scenario = SCENARIOS["steady"]
    assert scenario.jobs(scenario.size(), seed=1) == scenario.jobs(scenario.size(), seed=1)
    assert scenario.jobs(scenario.size(), seed=1) != scenario.jobs(scenario.size(), seed=2)


def test_more_students_bring_more_sections() -> None:
    assert SCENARIOS["deadline_night"].size(students=50) == Size(50, 500, 30.0)


@pytest.mark.parametrize(
    ("students", "sections"), [(0, 10), (-1, 10), (10, 9), (10, 1_000_000)], ids=str
)  # fmt: skip
def test_sizes_that_make_no_sense_are_refused(students: int, sections: int) -> None:
    with pytest.raises(NonsenseError):
        Size(students, sections)


@pytest.mark.parametrize(
    "settings",
    [{"rate": 0.0}, {"rate": float("nan")}, {"burst": 0.5}, {"slots": 2}, {"processes": 0}],
    ids=lambda settings: next(iter(settings)),
)
def test_limits_that_make_no_sense_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(NonsenseError):
        Limits(**settings)  # type: ignore[arg-type]
