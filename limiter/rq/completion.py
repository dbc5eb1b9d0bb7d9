"""Completion of one run, in rq's terms and in the gate's.

A run may write its end only while its record exists: recovery and giving back erase it. The check and
rq's transaction are two steps where rq's own code writes the end (a job recovered in the millisecond
between would end twice in RQ; the ledger's own guard still holds); the batch of plain ends is exact.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rq.callbacks import execute_stopped_callback, execute_success_callback
from rq.job import Job, JobStatus, Retry
from rq.job_lifecycle import call_exception_handlers
from rq.logutils import blue, green
from rq.utils import now
from rq.worker import BaseWorker

from ..execution import AbortReason, ReportedError, current_execution
from ..gate import Outcome
from ..refusals import must_write
from . import records, tickets
from .batch_completion import BatchCompleter, is_plain
from .retry import retry_until_answered
from .runs import InFlight, Run
from .settlement import PendingSettlement, Settler

if TYPE_CHECKING:
    from rq.executions import Execution as RQExecution
    from rq.queue import Queue

logger = logging.getLogger("limiter.rq")

SETTLE_SECONDS = 2.0  # that giving back waits for its settlement

ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class RunVoidError(Exception):
    """The job was taken from this run: its end must not be written."""


class Completion(BaseWorker):
    """The part of the worker that finishes runs."""

    in_flight: InFlight
    records_lock: threading.Lock
    batch_completer: BatchCompleter
    settler: Settler

    def leave(self, runs: Sequence[Run]) -> None:
        """The runs are over in RQ: settle their leases and free their slots."""
        self._settle(runs)
        for run in runs:
            self.executions.pop(run.record.id, None)
        self.in_flight.remove(runs)

    def _settle(self, runs: Sequence[Run]) -> None:
        self.settler.settle(
            [
                PendingSettlement(run.lease, run.execution.outcome or run.outcome, run.execution)
                for run in runs
                if run.lease and not run.void
            ]
        )

    # Returned -------------------------------------------------------------------------------------

    def _finalize_success(self, job: Job, queue: Queue, execution: RQExecution, return_value: Any) -> None:
        run = self._run_here()
        if run is None:
            super()._finalize_success(job, queue, execution, return_value)
            return
        if isinstance(return_value, Retry) and run.execution.abort_reason is AbortReason.SHUTDOWN:
            self.give_back(run)
            return
        run.outcome = Outcome.SUCCESS
        if is_plain(run, return_value, job.get_result_ttl(self.default_result_ttl)):
            self._hand_over(run, return_value)
        else:
            super()._finalize_success(job, queue, execution, return_value)

    def _hand_over(self, run: Run, return_value: Any) -> None:
        job = run.job
        job.ended_at = now()
        job._result = return_value
        job.serializer.dumps(return_value)  # what can't be stored fails this job here, and no other there
        job._status = JobStatus.FINISHED
        execute_success_callback(job, self.death_penalty_class, return_value)
        self._begin_end(run)
        run.handed_over = True
        self.batch_completer.finish(run)

    def finish_alone(self, run: Run) -> None:
        """rq's own success, for a handed-over run that could not be committed with others."""
        if not self._is_ours(run):
            return
        super().handle_job_success(run.job, run.queue, run.queue.started_job_registry, run.record)
        self.log_success(run)

    def log_success(self, run: Run) -> None:
        if self.log.isEnabledFor(logging.INFO):
            self.log.info(
                "Worker %s: %s: %s (%s)", self.name, green(run.queue.name), blue("Job OK"), run.job.id
            )

    def handle_job_success(self, job: Job, queue: Queue, *args: Any, **kwargs: Any) -> None:
        self._begin_alone()
        super().handle_job_success(job, queue, *args, **kwargs)

    def handle_job_retry(self, job: Job, queue: Queue, *args: Any, **kwargs: Any) -> None:
        self._begin_alone()
        run = self._run_here()
        if run is not None and run.execution.next_output is not None:
            job.meta["gate_output"] = run.execution.next_output
            tickets.attach(job)
        super().handle_job_retry(job, queue, *args, **kwargs)

    # Raised ---------------------------------------------------------------------------------------

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log a cut call, and an error that the job reported, as one line; all else with a traceback."""
        run = self._run_here()
        cut = run and run.execution.abort_reason
        if cut or isinstance(exc_info[1], ReportedError):
            what = f"its call was cut ({cut})" if cut else exc_info[1]
            self.log.warning("Worker %s: job %s: %s", self.name, job.id, what)
            call_exception_handlers(self._exc_handlers, job, *exc_info)
        else:
            super().handle_exception(job, *exc_info)

    def _finalize_failure(self, job: Job, queue: Queue, execution: RQExecution, exc_info: ExcInfo) -> None:
        run = self._run_here()
        if run is None:
            super()._finalize_failure(job, queue, execution, exc_info)
        elif run.void:
            self.log.warning("Worker %s: run %s of job %s is void", self.name, run.id, job.id)
        elif run.execution.abort_reason is AbortReason.SHUTDOWN:
            self.give_back(run)
        elif run.stopped:
            self._finalize_stopped(run)
        else:
            run.outcome = Outcome.FAILURE
            super()._finalize_failure(job, queue, execution, exc_info)

    def _finalize_stopped(self, run: Run) -> None:
        # A stop by a person is no sign of the provider: neither the rate nor the breaker learns from it.
        run.outcome = Outcome.REJECTED
        run.job.ended_at = now()
        try:
            execute_stopped_callback(run.job, self.death_penalty_class)
        except Exception:
            self.log.exception("Worker %s: stopped callback for job %s raised", self.name, run.job.id)
        self.handle_job_failure(
            run.job, run.queue, exc_string="Job stopped by user, its call was cut.", execution=run.record
        )

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: RQExecution | None = None,
    ) -> None:
        if execution is not None:
            self._begin_alone()
        super().handle_job_failure(job, queue, started_job_registry, exc_string, execution)

    @property
    def _stopped_job_id(self) -> str | None:
        """The job of this thread, where it is to be stopped. rq keeps one id, for its one job."""
        execution = current_execution()
        stopped = execution is not None and execution.abort_reason is AbortReason.STOPPED
        return execution.job if execution is not None and stopped else None

    @_stopped_job_id.setter
    def _stopped_job_id(self, value: str | None) -> None:
        """rq clears it when it has marked the job; the run itself remembers here."""

    # Given back -----------------------------------------------------------------------------------

    def give_back(self, run: Run) -> bool:
        """Put the job back at the front, as if it had not been admitted; False: it ended after all.

        Its lease is settled first: the gate takes what it finds at the list's front to the front of its
        flow, but what is pushed while its lease still lasts to the end.
        """
        if not self._begin_end(run):
            return False
        if run.lease is not None:
            run.outcome = Outcome.RETURNED
            self._settle([run])
            self.settler.wait_until_delivered(SETTLE_SECONDS)
        with self.connection.pipeline() as pipeline:
            pipeline.watch(run.record.key)  # type: ignore[no-untyped-call]
            if not pipeline.exists(run.record.key):
                run.void = True  # taken from us: recovery has put it back
                return False
            pipeline.multi()
            run.record.delete(job=run.job, pipeline=pipeline)
            records.put_back(run.job, run.queue, pipeline)
            pipeline.execute()
        run.void = True
        self.log.info("Worker %s: job %s goes back in line", self.name, run.job.id)
        return True

    # The fence ------------------------------------------------------------------------------------

    def _run_here(self) -> Run | None:
        """The run of this thread; None where rq's code was called directly, past the work loop."""
        execution = current_execution()
        return self.in_flight.get(execution.id) if execution is not None else None

    def _begin_end(self, run: Run) -> bool:
        """From here on the record is not renewed; False: another thread has begun to complete the run."""
        with self.records_lock:
            first, run.completing = not (run.completing or run.void), True
        return first

    def _begin_alone(self) -> None:
        """Before rq's own code writes an end. Called outside of a run, nothing stands in its way."""
        run = self._run_here()
        if run is None:
            return
        self._begin_end(run)
        self._wait_for_redis()
        if not self._is_ours(run):
            raise RunVoidError(f"Job {run.job.id} was taken from run {run.id}")

    def _is_ours(self, run: Run) -> bool:
        if not run.void and not self.connection.exists(run.record.key):
            run.void = True
        return not run.void

    def _wait_for_redis(self) -> None:
        """The work is done: its end waits for Redis as long as it must."""
        retry_until_answered(partial(must_write, self.connection), "the end of a job")
