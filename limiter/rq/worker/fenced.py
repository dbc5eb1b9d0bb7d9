"""rq's worker with a fence before each end: its hooks write for a run that is still the worker's."""

from __future__ import annotations

import copy
import logging
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rq.callbacks import execute_stopped_callback, execute_success_callback
from rq.job import Job, JobStatus, Retry
from rq.job_lifecycle import call_exception_handlers
from rq.logutils import blue, green
from rq.serializers import DefaultSerializer
from rq.utils import now
from rq.worker import BaseWorker

from ...gate import Outcome
from ...jobs.execution import AbortReason, ReportedError, current_execution
from .. import settings
from ..job import gated
from ..listener import WakeUp
from ..named_job import serializer_of
from .completion.batch import is_plain
from .completion.ends import Completion
from .connections import for_threads
from .deadlines import ThreadDeadline
from .runs import Identity, InFlight, Run
from .upkeep.schedule import with_pauses_by_the_server

if TYPE_CHECKING:
    from rq.executions import Execution as RQExecution
    from rq.queue import Queue

ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class FencedWorker(BaseWorker):
    """The hooks that rq calls around the end of a job, for many runs in threads."""

    death_penalty_class = ThreadDeadline

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job_class, self.serializer = gated(self.job_class), serializer_of(self.serializer)
        self.slots = settings.slots()
        self._use_own_connections()
        self.wake_up = WakeUp()
        self.in_flight = InFlight(self.wake_up)
        self.identity = self._identity()
        self.completion = Completion(self.identity, self.in_flight, self.executions, self.wake_up)

    def _use_own_connections(self) -> None:
        self.connection = for_threads(self.connection, self.slots)
        self.queues = [self._with_own_connection(queue) for queue in self.queues]
        self._ordered_queues = self.queues[:]

    def _with_own_connection(self, queue: Queue) -> Queue:
        ours = copy.copy(queue)
        ours.connection = self.connection
        ours.job_class, ours.serializer = gated(ours.job_class), serializer_of(ours.serializer)
        return with_pauses_by_the_server(ours)

    def _identity(self) -> Identity:
        return Identity(
            connection=self.connection,
            name=self.name,
            key=self.key,
            executions_key=self.executions_key,
            ttl=self.worker_ttl,
            result_ttl=self.default_result_ttl,
            # rq checks a serializer that is named against its protocol, for each job anew.
            serializer=None if self.serializer is DefaultSerializer else self.serializer,
        )

    def prepare_job_execution(self, job: Job, remove_from_intermediate_queue: bool = False) -> None:
        """Done for the whole batch when it was taken in."""
        if self.in_flight.here() is None:
            super().prepare_job_execution(job, remove_from_intermediate_queue)

    # Returned -------------------------------------------------------------------------------------

    def _finalize_success(self, job: Job, queue: Queue, execution: RQExecution, return_value: Any) -> None:
        run = self.in_flight.here()
        if run is None:
            super()._finalize_success(job, queue, execution, return_value)
            return
        if isinstance(return_value, Retry) and run.execution.abort_reason is AbortReason.SHUTDOWN:
            self.completion.give_back(run)
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
        self.completion.hand_over(run)

    def finish_alone(self, run: Run) -> None:
        """rq's own success, for a handed-over run that could not be committed with others."""
        if not self.completion.is_ours(run):
            return
        super().handle_job_success(run.job, run.queue, run.queue.started_job_registry, run.record)
        self.log_success(run)

    def log_success(self, run: Run) -> None:
        if self.log.isEnabledFor(logging.INFO):
            self.log.info(
                "Worker %s: %s: %s (%s)", self.name, green(run.queue.name), blue("Job OK"), run.job.id
            )

    def handle_job_success(self, job: Job, queue: Queue, *args: Any, **kwargs: Any) -> None:
        self.completion.begin_alone(self.in_flight.here())
        super().handle_job_success(job, queue, *args, **kwargs)

    def handle_job_retry(self, job: Job, queue: Queue, *args: Any, **kwargs: Any) -> None:
        run = self.in_flight.here()
        self.completion.begin_alone(run)
        if run is not None and run.execution.next_output is not None:
            job.meta["gate_output"] = run.execution.next_output
        super().handle_job_retry(job, queue, *args, **kwargs)

    # Raised ---------------------------------------------------------------------------------------

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log a cut call, and an error that the job reported, as one line; all else with a traceback."""
        run = self.in_flight.here()
        cut = run and run.execution.abort_reason
        if cut or isinstance(exc_info[1], ReportedError):
            what = f"its call was cut ({cut})" if cut else exc_info[1]
            self.log.warning("Worker %s: job %s: %s", self.name, job.id, what)
            call_exception_handlers(self._exc_handlers, job, *exc_info)
        else:
            super().handle_exception(job, *exc_info)

    def _finalize_failure(self, job: Job, queue: Queue, execution: RQExecution, exc_info: ExcInfo) -> None:
        run = self.in_flight.here()
        if run is None:
            super()._finalize_failure(job, queue, execution, exc_info)
        elif run.void:
            self.log.warning("Worker %s: run %s of job %s is void", self.name, run.id, job.id)
        elif run.execution.abort_reason is AbortReason.SHUTDOWN:
            self.completion.give_back(run)
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
            self.completion.begin_alone(self.in_flight.here())
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
