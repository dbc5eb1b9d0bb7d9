from __future__ import annotations

from queue import SimpleQueue

from hypothesis import given
from hypothesis import strategies as st

from limiter.rq.worker.threads.drain import drain


@given(st.lists(st.integers(), max_size=50), st.integers(min_value=1, max_value=10))
def test_every_item_is_taken_once_in_order_and_then_comes_the_stop(items: list[int], most: int) -> None:
    source: SimpleQueue[int | None] = SimpleQueue()
    for item in [*items, None]:
        source.put(item)
    taken: list[int] = []
    while batch := drain(source, most):
        assert len(batch) <= most
        taken += batch
    assert taken == items
    assert source.empty()
