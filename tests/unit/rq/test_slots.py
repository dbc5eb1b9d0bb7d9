from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from limiter.rq.worker.threads.slots import Slots

SIZE = 4


@pytest.fixture
def slots() -> Iterator[Slots]:
    made = Slots(SIZE)
    yield made
    made.stop()


def test_each_function_runs_once(slots: Slots) -> None:
    done: list[int] = []
    last = threading.Semaphore(0)

    def work(number: int) -> None:
        done.append(number)
        last.release()

    for first in range(0, 400, 40):
        slots.submit([partial(work, number) for number in range(first, first + 40)])
    for _ in range(400):
        assert last.acquire(timeout=60)
    assert sorted(done) == list(range(400))


def test_functions_that_wait_run_at_once_up_to_the_size(slots: Slots) -> None:
    together = threading.Barrier(SIZE + 1)

    def meet() -> None:
        together.wait(60)

    for _ in range(3):  # the threads that were woken before are woken again
        slots.submit([meet for _ in range(SIZE)])
        together.wait(60)  # raises where one of them never began


def test_what_is_beyond_the_size_follows_when_a_thread_is_free(slots: Slots) -> None:
    opened, began = threading.Event(), threading.Semaphore(0)
    threads: set[int] = set()

    def work() -> None:
        threads.add(threading.get_ident())
        began.release()
        opened.wait(60)

    slots.submit([work for _ in range(3 * SIZE)])
    for _ in range(SIZE):
        assert began.acquire(timeout=60)
    opened.set()
    for _ in range(2 * SIZE):
        assert began.acquire(timeout=60)
    assert len(threads) == SIZE
