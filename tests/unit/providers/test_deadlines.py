"""One thread ends whatever has run too long."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from feedback.providers.deadlines import Deadlines

LONG = 3600.0


def test_an_action_runs_when_its_time_is_over() -> None:
    late = threading.Event()
    with Deadlines().limit(0.01, late.set):
        assert late.wait(30)


def test_a_shorter_limit_that_comes_later_is_kept_first() -> None:
    deadlines, first, second = Deadlines(), threading.Event(), threading.Event()
    with deadlines.limit(LONG, first.set), deadlines.limit(0.01, second.set):
        assert second.wait(30)
        assert not first.is_set()


def test_a_call_that_ended_in_time_is_left_alone() -> None:
    deadlines, left, still_there = Deadlines(), threading.Event(), threading.Event()
    with deadlines.limit(0.5, left.set):
        pass
    with deadlines.limit(0.6, still_there.set):
        assert still_there.wait(30)
    assert not left.is_set()


def test_any_number_of_limits_take_one_thread() -> None:
    deadlines = Deadlines()
    before = threading.active_count()
    with ExitStack() as limits:
        for _ in range(200):
            limits.enter_context(deadlines.limit(LONG, lambda: None))
        assert threading.active_count() == before + 1


def test_one_action_that_fails_leaves_the_others_their_deadlines() -> None:
    deadlines, late = Deadlines(), threading.Event()

    def fails() -> None:
        raise OSError("the socket is gone")

    with deadlines.limit(0.0, fails), deadlines.limit(0.02, late.set):
        assert late.wait(30)
