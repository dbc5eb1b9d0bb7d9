"""A rate that tunes itself keeps to its bounds, falls once a period, and hears only its own answers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limiter.gate import ControlConfig, Law
from limiter.gate.memory.control import Control
from tests.unit.gate.hidden_quota import HiddenQuota


class Answer(NamedTuple):
    pause: int  # microseconds since the last one
    throttled: bool
    age: int  # generations
    pressed: bool  # does the limit hold work back?
    cost: int


class Move(NamedTuple):
    answer: Answer
    at: int
    moved: bool
    before: int
    after: int


laws = st.sampled_from(Law)
answers = st.lists(
    st.builds(
        Answer,
        pause=st.integers(0, 60_000_000),
        throttled=st.integers(0, 5).map(lambda number: number == 0),
        age=st.sampled_from([0, 0, 0, 0, 1, 2]),
        pressed=st.booleans(),
        cost=st.sampled_from([0, 1, 1, 40]),
    ),
    max_size=120,
)


def moves(world: HiddenQuota, answers: list[Answer]) -> Iterator[Move]:
    state, meter, limit = world.state, world.meter, world.limit
    for answer in answers:
        world.now, before = world.now + answer.pause, meter.pace(limit)
        state.pressed = answer.pressed
        given = (world.rule, limit, meter, world.now, state.generation - answer.age)
        moved = (state.throttled if answer.throttled else state.accepted)(*given, cost=answer.cost)
        yield Move(answer, world.now, moved, before, meter.pace(limit))


def tuned(law: Law) -> HiddenQuota:
    return HiddenQuota(ControlConfig(law=law, raise_after=3, recovery_seconds=20), configured=30)


@given(laws, answers)
def test_whatever_comes_the_rate_stays_between_floor_and_ceiling(law: Law, answers: list[Answer]) -> None:
    world = tuned(law)
    for move in moves(world, answers):
        assert world.limit.floor <= move.after <= world.limit.ceiling


@given(laws, answers)
def test_it_falls_at_most_once_a_period(law: Law, answers: list[Answer]) -> None:
    world = tuned(law)
    falls = [move.at for move in moves(world, answers) if move.answer.throttled and move.moved]
    assert all(later - sooner >= world.rule.period for sooner, later in pairwise(falls))


@given(laws, answers)
def test_an_answer_to_a_rate_of_the_past_changes_nothing(law: Law, answers: list[Answer]) -> None:
    """With or without them, all others have the same effect."""
    with_them = [move for move in moves(tuned(law), answers) if not move.answer.age]
    silent = [answer if not answer.age else answer._replace(age=10_000) for answer in answers]
    without = [move for move in moves(tuned(law), silent) if not move.answer.age]
    assert [move.after for move in with_them] == [move.after for move in without]
    assert not [move for move in moves(tuned(law), answers) if move.answer.age and move.moved]


@given(laws, answers)
def test_it_rises_only_by_a_success_while_the_limit_holds_work_back(law: Law, answers: list[Answer]) -> None:
    for move in moves(tuned(law), answers):
        if move.after > move.before:
            assert not move.answer.throttled
            assert move.answer.pressed
        elif move.after < move.before:
            assert move.answer.throttled


@pytest.mark.parametrize("law", Law)
def test_a_quiet_night_raises_nothing(law: Law) -> None:
    """Hours without a call that had to wait say nothing of what the provider would bear."""
    world = tuned(law)
    world.run(30, 1_800)
    before = world.rate
    quiet = Answer(pause=60_000_000, throttled=False, age=0, pressed=False, cost=1)
    assert not any(move.moved for move in moves(world, [quiet] * 600))
    list(moves(world, [quiet._replace(pressed=True)]))
    assert world.rate < before * 1.3


def test_what_was_learnt_of_another_limit_is_forgotten() -> None:
    world = tuned(Law.CUBIC)
    world.run(10, 1_800)
    assert world.state.peak
    world.state.forget()
    fresh = Control()
    assert (world.state.peak, world.state.progress, world.state.taken, world.state.span) == (
        fresh.peak, fresh.progress, fresh.taken, fresh.span,
    )  # fmt: skip
