"""What threads write at one moment is one batch, and nobody's fault is another's."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from feedback.base.group_commit import GroupCommit

BOUND = 60.0  # seconds; nothing waits for it


class Store:
    """Takes batches, one at a time; the first of them only once it is let go on."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.alone: list[str] = []
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()

    def together(self, items: Sequence[str]) -> list[str | None]:
        self.batches.append(list(items))
        self.has_begun.set()
        assert self.may_go_on.wait(BOUND)
        if "breaks" in items:
            raise ValueError("one of them breaks the batch")
        return [None if item == "locked" else f"{item} together" for item in items]

    def by_itself(self, item: str) -> str:
        self.alone.append(item)
        if item == "breaks":
            raise ValueError("its own fault")
        return f"{item} alone"


def written(store: Store, group: GroupCommit[str, str], *items: str) -> dict[str, Future[str]]:
    """The first is being written while the others come."""
    with ThreadPoolExecutor(len(items)) as threads:
        futures = {items[0]: threads.submit(group.do, items[0])}
        assert store.has_begun.wait(BOUND)
        futures |= {item: threads.submit(group.do, item) for item in items[1:]}
        while len(group._waiting) < len(items) - 1:
            threading.Event().wait(0.001)
        store.may_go_on.set()
    return futures


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def group(store: Store) -> GroupCommit[str, str]:
    return GroupCommit(store.together, store.by_itself)


def results(futures: dict[str, Future[str]]) -> list[Any]:
    return [future.exception() or future.result() for future in futures.values()]


def test_the_first_waits_for_nobody_and_the_rest_is_the_next_batch(
    store: Store, group: GroupCommit[str, str]
) -> None:
    found = results(written(store, group, "a", "b", "c", "d"))
    assert found == ["a together", "b together", "c together", "d together"]
    assert [sorted(batch) for batch in store.batches] == [["a"], ["b", "c", "d"]]


def test_what_can_not_be_written_with_others_is_written_alone(
    store: Store, group: GroupCommit[str, str]
) -> None:
    assert results(written(store, group, "a", "locked", "c")) == ["a together", "locked alone", "c together"]
    assert store.alone == ["locked"]


def test_a_batch_that_fails_is_written_one_by_one(store: Store, group: GroupCommit[str, str]) -> None:
    first, broken, other = results(written(store, group, "a", "breaks", "c"))
    assert (first, other) == ("a together", "c alone")
    assert str(broken) == "its own fault"
    assert group.do("d") == "d together"


def test_a_thread_that_is_cut_when_its_turn_comes_takes_no_other_along(
    store: Store, group: GroupCommit[str, str]
) -> None:
    def cut(begun: Future[int]) -> str:
        begun.set_result(threading.get_ident())
        return group.do("cut")

    begun: Future[int] = Future()
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(group.do, "a")
        assert store.has_begun.wait(BOUND)
        second = threads.submit(cut, begun)
        while not group._waiting:
            threading.Event().wait(0.001)
        third = threads.submit(group.do, "c")
        while len(group._waiting) < 2:
            threading.Event().wait(0.001)
        thread, error = ctypes.c_ulong(begun.result(BOUND)), ctypes.py_object(InterruptedError)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
        store.may_go_on.set()
    assert isinstance(second.exception(), InterruptedError)
    assert (first.result(), third.result(), group.do("d")) == ("a together", "c together", "d together")
