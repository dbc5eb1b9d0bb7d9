"""Draining a queue between threads: all that waits there, as one batch."""

from __future__ import annotations

import queue
from typing import TypeVar

Item = TypeVar("Item")


def drain(source: queue.SimpleQueue[Item | None], most: int) -> list[Item]:
    """Wait for one item, then take what else is there; an empty list says that None came: time to stop."""
    first = source.get()
    batch = [] if first is None else [first]
    while batch and len(batch) < most:
        try:
            item = source.get_nowait()
        except queue.Empty:
            break
        if item is None:
            source.put(None)  # for the next call, when this batch is done
            break
        batch.append(item)
    return batch
