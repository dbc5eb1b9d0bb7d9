"""A thread that serves all: it goes on after anything that one piece of work does, and its end is seen."""

from __future__ import annotations

import logging
import queue
import threading

import pytest

from limiter.rq.worker.deadlines import Deadlines
from limiter.rq.worker.threads import vital
from limiter.rq.worker.threads.slots import Slots
from limiter.rq.worker.threads.vital import Vital, lost

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_goes_on_after_a_piece_of_work_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    source: queue.Queue[int] = queue.Queue()
    served: queue.Queue[int] = queue.Queue()

    def serve(number: int) -> None:
        if number == 1:
            raise ValueError("nan")
        served.put(number)

    thread = Vital("settler", source.get, serve)
    thread.start()
    for number in (1, 2, 0):
        source.put(number)
    assert served.get(timeout=60) == 2
    thread.join(60)
    assert lost([thread]) == []  # it was asked to end
    assert "settler failed and goes on" in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_died_is_named() -> None:
    def serve(_: bool) -> None:
        raise SystemExit

    thread = Vital("renewals", lambda: True, serve)
    thread.start()
    thread.join(60)
    assert lost([thread]) == ["renewals"]


def test_silence_is_logged_once_and_in_the_end_counts_as_death(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(vital, "SILENT_SECONDS", 0.0)
    hangs, begun = threading.Event(), threading.Event()

    def serve(_: bool) -> None:
        begun.set()
        hangs.wait(60)

    turns = iter([True, False])
    thread = Vital("finisher", lambda: next(turns), serve)
    thread.start()
    assert begun.wait(60)
    with caplog.at_level(logging.ERROR):
        assert lost([thread]) == lost([thread]) == []
        assert caplog.text.count("finisher has been silent") == 1
        monkeypatch.setattr(vital, "LOST_SECONDS", 0.0)
        assert lost([thread]) == ["finisher"]
    hangs.set()
    thread.join(60)


def fails() -> None:
    raise ZeroDivisionError


def test_deadlines_outlive_an_action_that_fails() -> None:
    deadlines, passed = Deadlines(), threading.Event()
    deadlines.after(0.0, fails)
    deadlines.after(0.01, passed.set)
    assert passed.wait(60)


def test_a_slot_outlives_work_that_fails() -> None:
    slots, done = Slots(1), threading.Event()
    slots.submit([fails])
    slots.submit([done.set])
    assert done.wait(60)
    slots.stop()
