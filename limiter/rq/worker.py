"""ConcurrentWorker: one process that holds many jobs in flight, in threads.

The main thread admits as many jobs as there are free slots and starts them; each runs in a slot's
thread. Beside them a few threads serve all runs together: deadlines, renewals, recovery, batch completion and
settler. What rq promises of a worker is done by rq's own code wherever it can be.
"""

from __future__ import annotations

import copy
import logging
import math
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import close_old_connections
from rq.defaults import DEFAULT_LOGGING_DATE_FORMAT, DEFAULT_LOGGING_FORMAT
from rq.exceptions import StopRequested
from rq.registry import clean_registries
from rq.serializers import DefaultSerializer
from rq.utils import now
from rq.worker.base import DequeueStrategy, WorkerStatus
from rq.worker_registration import clean_worker_registry, register

from ..execution import Execution, running
from ..gate import Gate, GateError, Lease, SchemaTooNew
from ..ledger import get_ledger
from ..refusals import is_away
from . import settings, upstreams
from .batch_completion import BatchCompleter
from .commands import Commands
from .completion import Completion
from .connections import for_threads
from .deadlines import ThreadDeadline
from .fetch import Fetcher
from .listener import Listener, WakeUp, until
from .queue import GatedQueue
from .recovery import Recovery
from .renewals import Renewals
from .retry import until_it_takes_writes
from .runs import InFlight, Run
from .schedule import LOOK_SECONDS, Schedule
from .settlement import PendingSettlement, Settler
from .shutdown import Shutdown
from .threads import Slots
from .ticker import Ticker
from .trials import try_held
from .vital import lost

if TYPE_CHECKING:
    from redis.client import Pipeline
    from rq.job import Job
    from rq.queue import Queue

logger = logging.getLogger("limiter.rq")

BATCH = 32  # jobs that one admit asks for at most
TICKS_A_LEASE = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0  # between attempts to reach Redis
SUSPENSION_SECONDS = 0.2  # between two questions whether workers are suspended: a busy loop has many turns


class ConcurrentWorker(Commands, Shutdown, Completion):
    """Runs up to `slots` jobs of gated and other queues at once. Not to be forked while it works."""

    queue_class = GatedQueue
    death_penalty_class = ThreadDeadline

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = settings.slots()
        self.grace_seconds = settings.grace_seconds()
        self.lease_seconds = settings.lease_seconds()
        self.records_lock = threading.Lock()
        self.wake_up = WakeUp()
        self.in_flight = InFlight(self.wake_up)
        self.renewals, self.recovery = Renewals(self), Recovery(self)
        self.schedule = Schedule(self)
        self._tickers: list[Ticker] = []
        self._started_jobs = 0
        self._is_filled = False  # no room was left: the next job needs a run to end, which sends a wake-up
        self._suspension_asked = -math.inf
        self._has_own_connections = False
        self._away_since: float | None = None

    @property
    def gate(self) -> Gate:
        return upstreams.gate_on(self.connection)

    @property
    def job_serializer(self) -> Any:
        """For jobs and results. rq checks one that is named against its protocol, for each of them anew."""
        return None if self.serializer is DefaultSerializer else self.serializer

    @property
    def connection_timeout(self) -> int:
        """No command of ours blocks, so a Redis that says nothing for this long is away."""
        return 15

    def serialize(self) -> dict[str, Any]:
        """As rq's, with how many jobs it holds at most: an operator sees which is full."""
        return {**super().serialize(), "slots": self.slots}

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """As rq's, and everything that Redis should know of this worker: it may have forgotten it."""
        with self.connection.pipeline() as own:
            writes = pipeline if pipeline is not None else own
            super().heartbeat(timeout, writes)
            if self.birth_date is not None:
                state = WorkerStatus.BUSY if len(self.in_flight) else self._state
                fields: dict[Any, Any] = {**self.serialize(), "state": state}
                writes.hset(self.key, mapping=fields)
                register(self, writes)
            if pipeline is None:
                own.execute()

    # The work loop --------------------------------------------------------------------------------

    def work(
        self,
        burst: bool = False,
        logging_level: str | None = None,
        date_format: str = DEFAULT_LOGGING_DATE_FORMAT,
        log_format: str = DEFAULT_LOGGING_FORMAT,
        max_jobs: int | None = None,
        max_idle_time: int | None = None,
        with_scheduler: bool = False,
        dequeue_strategy: DequeueStrategy = DequeueStrategy.DEFAULT,
    ) -> bool:
        """As rq's. Burst ends when nothing may run now and nothing runs; what must wait stays in line."""
        self._started_jobs, self._suspension_asked = 0, -math.inf
        self._use_own_connections()
        until_it_takes_writes(self.connection, f"worker {self.name}")
        self.bootstrap(logging_level, date_format, log_format)
        self._dequeue_strategy = dequeue_strategy
        if with_scheduler:
            self._start_scheduler(burst, logging_level, date_format, log_format)
        self._install_signal_handlers()
        self._open()
        try:
            self._loop(burst, max_jobs, max_idle_time)
        finally:
            self._close()
            self._leave()
        return self._started_jobs > 0

    def _leave(self) -> None:
        """A Redis that is away is no reason to stay: what it keeps of this worker expires."""
        try:
            self.teardown()  # type: ignore[no-untyped-call]
        except Exception as error:
            if not is_away(error):
                raise
            self.log.warning("Worker %s: leaves without a word to Redis: %s", self.name, error)

    def _loop(self, burst: bool, max_jobs: int | None, max_idle_time: int | None) -> None:
        pause, idle_since = FIRST_PAUSE, time.monotonic()
        while not self._stop_requested:
            try:
                with Listener(self.connection, self.queue_names()) as listener:
                    while not self._stop_requested:
                        self._upkeep(burst)
                        # Asked before: a settlement that comes while the gate is asked may free a job.
                        busy = self._is_busy()
                        if self._fill(max_jobs) or busy:
                            idle_since = time.monotonic()
                        elif self._is_over(burst, max_jobs, max_idle_time, idle_since):
                            return
                        sleep = listener.rest if self._is_filled else listener.wait
                        sleep(self._sleep_seconds(max_idle_time, idle_since), self.wake_up)
                        self._note_answer()
                        pause = FIRST_PAUSE
            except StopRequested:
                return
            except SchemaTooNew:
                self.log.critical("Worker %s: a newer release wrote the gate's keys: it stops", self.name)
                return
            except Exception as error:
                if not (is_away(error) or isinstance(error, GateError)):
                    self.log.exception("Worker %s: found an unhandled exception, quitting...", self.name)
                    return
                self._note_away(error)
                self.wake_up.wait(pause)
                pause = min(pause * self.exponential_backoff_factor, LONGEST_PAUSE)

    def _note_away(self, error: Exception) -> None:
        """Log once that Redis refuses, however long that lasts."""
        if self._away_since is None:
            self._away_since = time.monotonic()
            self.log.error("Worker %s: Redis refuses and is waited for: %s", self.name, error)

    def _note_answer(self) -> None:
        if self._away_since is not None:
            away = time.monotonic() - self._away_since
            self._away_since = None
            self.log.warning("Worker %s: Redis answers again after %.1f s", self.name, away)

    def _upkeep(self, burst: bool) -> None:
        if time.monotonic() >= self._suspension_asked + SUSPENSION_SECONDS:
            self.check_for_suspension(burst)
            self._suspension_asked = time.monotonic()
        gone = lost([*self._tickers, self.batch_completer.thread, self.settler.thread])
        if gone:
            self.log.critical("Worker %s: %s serve no more, quitting", self.name, ", ".join(gone))
            raise StopRequested
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def _fill(self, max_jobs: int | None) -> int:
        """Start jobs in the free slots, in the order of the queues; returns how many."""
        self._fetcher.forget_retry()
        room = self.slots - len(self.in_flight)
        if max_jobs is not None:
            room = min(room, max_jobs - self._started_jobs)
        started = 0
        while started < room and not self._stop_requested:
            runs = self._take_first(room - started)
            if not runs:
                break
            started += len(runs)
        self._is_filled = started >= room
        return started

    def _take_first(self, room: int) -> list[Run]:
        """Jobs of the first queue that has any. Strategies that reorder the queues do so after each job."""
        # Half of the slots, so that one batch runs while the next is taken in.
        batch = min(BATCH, max(1, self.slots // 2))
        if self._dequeue_strategy != DequeueStrategy.DEFAULT:
            batch = 1
        for queue in self._ordered_queues:
            runs = self._fetcher.take(queue, min(room, batch))
            if runs:
                self._launch(runs, queue)
                return runs
        return []

    def _launch(self, runs: list[Run], queue: Queue) -> None:
        self._started_jobs += len(runs)
        self.in_flight.add(runs)
        for run in runs:
            self.log.info("Worker %s: %s: %s (%s)", self.name, queue.name, run.job.description, run.job.id)
        self._slots.submit([partial(self._carry, run) for run in runs])
        self.reorder_queues(reference_queue=queue)

    def _carry(self, run: Run) -> None:
        """The life of a run in its thread."""
        try:
            close_old_connections()
            with running(run.execution):
                self.perform_job(run.job, run.queue, run.record)
        except BaseException:
            if not run.void:
                self.log.exception("Worker %s: the end of job %s could not be written", self.name, run.job.id)
        finally:
            if not run.handed_over:
                self.leave([run])
            close_old_connections()

    def prepare_job_execution(self, job: Job, remove_from_intermediate_queue: bool = False) -> None:
        """Done for the whole batch when it was taken in."""
        if self._run_here() is None:
            super().prepare_job_execution(job, remove_from_intermediate_queue)

    def _is_busy(self) -> bool:
        return len(self.in_flight) > 0 or self.settler.is_busy

    def _is_over(
        self, burst: bool, max_jobs: int | None, max_idle_time: int | None, idle_since: float
    ) -> bool:
        if self.get_state() != WorkerStatus.IDLE:
            self.set_state(WorkerStatus.IDLE)
        if max_jobs is not None and self._started_jobs >= max_jobs:
            self.log.info("Worker %s: finished executing %d jobs, quitting", self.name, self._started_jobs)
        elif burst:
            self.log.info("Worker %s: done, quitting", self.name)
        elif max_idle_time is not None and time.monotonic() - idle_since >= max_idle_time:
            self.log.info("Worker %s: idle for %d seconds, quitting", self.name, max_idle_time)
        else:
            return False
        return True

    def _sleep_seconds(self, max_idle_time: int | None, idle_since: float) -> float:
        longest = 60.0
        if max_idle_time is not None and not len(self.in_flight):
            longest = max(0.0, idle_since + max_idle_time - time.monotonic())
        if self._is_filled:
            return longest
        return until(self._fetcher.retry_at, longest)

    # Parts ----------------------------------------------------------------------------------------

    def _use_own_connections(self) -> None:
        if self._has_own_connections:
            return
        self._has_own_connections = True
        self.connection = for_threads(self.connection, self.slots)
        self.queues = [self._with_own_connection(queue) for queue in self.queues]
        self._ordered_queues = self.queues[:]

    def _with_own_connection(self, queue: Queue) -> Queue:
        ours = copy.copy(queue)
        ours.connection = self.connection
        return ours

    def _open(self) -> None:
        self._slots = Slots(self.slots)
        self._fetcher = Fetcher(self)
        self.batch_completer = BatchCompleter(self)
        self.settler = Settler(self.gate, self._note_settled)
        self._tickers = [
            Ticker("renewals", self._tick_seconds, self.renewals.renew),
            Ticker("recovery", self._tick_seconds, self.recovery.recover_all),
            Ticker("schedule", lambda: LOOK_SECONDS, self.schedule.look),
            Ticker("trials", self._tick_seconds, try_held),
        ]

    def _close(self) -> None:
        try:
            self.wind_down()
        finally:
            for ticker in self._tickers:
                ticker.stop()
            self.batch_completer.stop()
            self.settler.stop()
            self._slots.stop()

    def _tick_seconds(self) -> float:
        return self.lease_seconds / TICKS_A_LEASE

    def _note_settled(self, batch: list[PendingSettlement]) -> None:
        self.wake_up.send()
        get_ledger(self.connection).settled([item.lease.id for item in batch])

    def upstream_of(self, queue: Queue) -> str | None:
        return upstreams.upstream_of(queue.name)

    def note_lease(self, lease: Lease) -> float:
        """How long a new lease lasts; the shortest one sets the pace of renewals and recovery."""
        seconds = max(0.1, lease.expires_at - time.time())
        if seconds < self.lease_seconds * 0.9:
            self.lease_seconds = seconds
            for ticker in self._tickers:
                ticker.reschedule()
        return seconds

    def report_accepted(self, execution: Execution) -> None:
        if execution.lease is None:
            return
        try:
            self.gate.accepted(execution.lease.upstream, [execution.lease.id])
        except GateError as error:
            self.log.warning("Worker %s: the gate did not hear that a call began: %s", self.name, error)

    def clean_registries(self) -> None:
        """rq's maintenance, after the one recovery: what rq would fail is back in line by then."""
        self.recovery.recover_all()
        for queue in self.queues:
            if queue.acquire_maintenance_lock():
                self.log.info("Worker %s: cleaning registries for queue: %s", self.name, queue.name)
                clean_registries(queue, self._exc_handlers)
                clean_worker_registry(queue)
                queue.release_maintenance_lock()  # type: ignore[no-untyped-call]
        self.last_cleaned_at = now()  # type: ignore[assignment]
