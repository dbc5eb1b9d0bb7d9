"""The worker: many jobs in flight in one process, each begun by the gate.

`concurrent` composes the parts, and is the only module that knows them all: `fetch` fills the slots,
`completion` writes the ends, `upkeep` keeps alive what runs and brings back what was lost, `threads` carry
all that.
"""

from .concurrent import ConcurrentWorker

__all__ = ["ConcurrentWorker"]
