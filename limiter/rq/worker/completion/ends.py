"""Completion of a run, in rq's terms and in the gate's.

A run may write its end only while its record exists: recovery and giving back erase it. The check and
rq's transaction are two steps where rq's own code writes the end (a job recovered in the millisecond
between would end twice in RQ; the ledger's own guard still holds); the batch of plain ends is exact.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ....gate import Gate, Outcome
from ....gate.refusals import must_write
from ....jobs.ledger import get_ledger
from ... import records
from ...listener import WakeUp
from ...retry import retry_until_answered
from ..runs import Identity, InFlight, Run
from ..threads.vital import Vital
from .batch import BatchCompleter
from .settlement import PendingSettlement, Settler

if TYPE_CHECKING:
    from rq.executions import Execution as RQExecution

logger = logging.getLogger("rq.worker")

SETTLE_SECONDS = 2.0  # that giving back waits for its settlement


class RunVoidError(Exception):
    """The job was taken from this run: its end must not be written."""


class Completion:
    """The ends of a worker's runs: each is begun once, and leaves its slot when it is written."""

    settler: Settler
    batch_completer: BatchCompleter

    def __init__(
        self, identity: Identity, in_flight: InFlight, executions: dict[str, RQExecution], wake_up: WakeUp
    ) -> None:
        self._identity, self._in_flight, self._executions = identity, in_flight, executions
        self._wake_up = wake_up
        self.records_lock = threading.Lock()

    def start(self, gate: Gate, *, done: Callable[[Run], None], alone: Callable[[Run], None]) -> None:
        """Start its two threads; the ends that are plain are `done`, others must be written `alone`."""
        self.settler = Settler(gate, self._note_settled)
        self.batch_completer = BatchCompleter(self._identity, done=done, alone=alone, leave=self.leave)

    def stop(self) -> None:
        self.batch_completer.stop()
        self.settler.stop()

    @property
    def threads(self) -> list[Vital[Any]]:
        return [self.batch_completer.thread, self.settler.thread]

    def leave(self, runs: Sequence[Run]) -> None:
        """The runs are over in RQ: settle their leases and free their slots."""
        self._settle(runs)
        for run in runs:
            self._executions.pop(run.record.id, None)
        self._in_flight.remove(runs)

    def hand_over(self, run: Run) -> None:
        """Have this run's end, which is plain, written together with others."""
        self.begin(run)
        run.handed_over = True
        self.batch_completer.finish(run)

    def give_back(self, run: Run) -> bool:
        """Put the job back at the front, as if it had not been admitted; False: it ended after all.

        Its lease is settled first: the gate takes what it finds at the list's front to the front of its
        flow, but what is pushed while its lease still lasts to the end.
        """
        if not self.begin(run):
            return False
        if run.lease is not None:
            run.outcome = Outcome.RETURNED
            self._settle([run])
            self.wait_until_settled(SETTLE_SECONDS)
        with self._identity.connection.pipeline() as pipeline:
            pipeline.watch(run.record.key)  # type: ignore[no-untyped-call]
            if not pipeline.exists(run.record.key):
                run.void = True  # taken from us: recovery has put it back
                return False
            pipeline.multi()
            run.record.delete(job=run.job, pipeline=pipeline)
            records.put_back(run.job, run.queue, pipeline)
            pipeline.execute()
        run.void = True
        logger.info("Worker %s: job %s goes back in line", self._identity.name, run.job.id)
        return True

    def wait_until_settled(self, seconds: float) -> bool:
        return self.settler.wait_until_delivered(seconds)

    # The fence ------------------------------------------------------------------------------------

    def begin(self, run: Run) -> bool:
        """From here on the record is not renewed; False: another thread has begun to complete the run."""
        with self.records_lock:
            first, run.completing = not (run.completing or run.void), True
        return first

    def begin_alone(self, run: Run | None) -> None:
        """Before rq's own code writes an end. Called outside of a run, nothing stands in its way."""
        if run is None:
            return
        self.begin(run)
        self._wait_for_redis()
        if not self.is_ours(run):
            raise RunVoidError(f"Job {run.job.id} was taken from run {run.id}")

    def is_ours(self, run: Run) -> bool:
        if not run.void and not self._identity.connection.exists(run.record.key):
            run.void = True
        return not run.void

    def _wait_for_redis(self) -> None:
        """The work is done: its end waits for Redis as long as it must."""
        retry_until_answered(partial(must_write, self._identity.connection), "the end of a job")

    # At the gate ----------------------------------------------------------------------------------

    def _settle(self, runs: Sequence[Run]) -> None:
        self.settler.settle(
            [
                PendingSettlement(run.lease, run.execution.outcome or run.outcome, run.execution)
                for run in runs
                if run.lease and not run.void
            ]
        )

    def _note_settled(self, batch: list[PendingSettlement]) -> None:
        self._wake_up.send()
        get_ledger(self._identity.connection).settled([item.lease.id for item in batch])
