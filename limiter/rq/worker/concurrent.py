"""ConcurrentWorker: one process that holds many jobs in flight, in threads.

The main thread admits as many jobs as there are free slots and starts them; each runs in a slot's
thread. Beside them a few threads serve all runs together: deadlines, renewals, recovery, batch completion and
settler. What rq promises of a worker is done by rq's own code wherever it can be. This module alone knows all
parts: each is given what it needs of the others, and none knows the worker.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from functools import cached_property, partial
from types import FrameType
from typing import TYPE_CHECKING, Any

from django.db import close_old_connections
from rq.command import handle_command, parse_payload
from rq.defaults import DEFAULT_LOGGING_DATE_FORMAT, DEFAULT_LOGGING_FORMAT
from rq.exceptions import StopRequested
from rq.registry import clean_registries
from rq.utils import now
from rq.worker.base import DequeueStrategy, WorkerStatus
from rq.worker_registration import clean_worker_registry, register

from ...base.server_time import server_now
from ...gate import Gate, GateError, SchemaTooNew
from ...gate.refusals import is_away
from ...jobs.execution import Execution, running
from ...named.stores.quick import quick
from ...operations import stores
from ...operations.probes import probes
from .. import settings, upstreams
from ..listener import Listener, until
from ..queue import GatedQueue, refuse_other_keys
from ..retry import until_it_takes_writes
from .commands import StopCommands
from .fenced import FencedWorker
from .fetch import Fetcher
from .runs import Run
from .shutdown import Shutdown
from .threads.slots import Slots
from .threads.ticker import Ticker
from .threads.vital import lost
from .upkeep.missing import Missing, look_seconds
from .upkeep.pace import LeasePace
from .upkeep.recovery import Recovery
from .upkeep.renewals import Renewals
from .upkeep.schedule import LOOK_SECONDS, Schedule
from .upkeep.trials import try_held

if TYPE_CHECKING:
    from redis.client import Pipeline
    from rq.queue import Queue

SILENT_SECONDS = 120.0  # of the loop, before its probe says that the process is of no use
BATCH = 32  # jobs that one admit asks for at most
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0  # between attempts to reach Redis
SUSPENSION_SECONDS = 0.2  # between two questions whether workers are suspended: a busy loop has many turns


class ConcurrentWorker(FencedWorker):
    """Runs up to `slots` jobs of gated and other queues at once. Not to be forked while it works."""

    queue_class = GatedQueue

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refuse_other_keys(self.queues)
        self.commands = StopCommands(self.in_flight)
        self.shutdown = Shutdown(self.wake_up, self.in_flight, self.completion, settings.grace_seconds())
        self.pace = LeasePace(settings.lease_seconds(), self._quicken)
        self._tickers: list[Ticker] = []
        self._started_jobs = 0
        self._is_filled = False  # no room was left: the next job needs a run to end, which sends a wake-up
        self._suspension_asked = -math.inf
        self._away_since: float | None = None
        self._turned = 0.0  # when the loop last went round

    @property
    def gate(self) -> Gate:
        """That of the Redis in which its queues are."""
        return upstreams.gate_on(self.connection)

    @property
    def connection_timeout(self) -> int:
        """No command of ours blocks, so a Redis that says nothing for this long is away."""
        return 15

    def serialize(self) -> dict[str, Any]:
        """As rq's, with how many jobs it holds at most: an operator sees which is full."""
        return {**super().serialize(), "slots": self.slots}

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """As rq's, and everything that Redis should know of this worker: it may have forgotten it."""
        moment = server_now(self.connection)  # others tell by their clocks whether it lives
        with self.connection.pipeline() as own:
            writes = pipeline if pipeline is not None else own
            super().heartbeat(timeout, writes)
            self.last_heartbeat = moment
            if self.birth_date is not None:
                state = WorkerStatus.BUSY if len(self.in_flight) else self._state
                fields: dict[Any, Any] = {**self.serialize(), "state": state}
                writes.hset(self.key, mapping=fields)
                register(self, writes)
                self._register_scheduler(writes)
            if pipeline is None:
                own.execute()

    def _register_scheduler(self, writes: Pipeline) -> None:
        """rq renews a part of a scheduler's record: of what Redis forgot, the rest would stay away."""
        scheduler = self.scheduler
        process: Any = scheduler._process if scheduler is not None else None
        if scheduler is not None and process is not None and process.is_alive():
            scheduler.pid, scheduler.last_heartbeat = process.pid or 0, now()
            scheduler.save(writes)

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
        self._turned = time.monotonic()
        with probes(self._silent, self._problems):
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
                self._turned = time.monotonic()
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
        self._turned = time.monotonic()
        if time.monotonic() >= self._suspension_asked + SUSPENSION_SECONDS:
            self.check_for_suspension(burst)
            self._suspension_asked = time.monotonic()
        gone = self._lost()
        if gone:
            self.log.critical("Worker %s: %s serve no more, quitting", self.name, ", ".join(gone))
            raise StopRequested
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def _lost(self) -> list[str]:
        return lost([*self._tickers, *self.completion.threads]) if self._tickers else []

    def _silent(self) -> list[str]:
        """For its probe: what makes a new process the only help."""
        turns = bool(self._tickers) and not self._stop_requested
        stands = turns and time.monotonic() - self._turned > SILENT_SECONDS
        return [*self._lost(), *(["loop"] if stands else [])]

    def _problems(self) -> dict[str, str]:
        """For its probe: what keeps it from its work."""
        return stores.problems(quick(self.connection, stores.SECONDS))

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
                self.completion.leave([run])
            close_old_connections()

    def _is_busy(self) -> bool:
        return len(self.in_flight) > 0 or self.completion.settler.is_busy

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

    def _open(self) -> None:
        gate = self.gate
        self._slots = Slots(self.slots)
        self._fetcher = Fetcher(self.identity, gate, self.pace, self.executions, self._report_accepted)
        self.completion.start(gate, done=self.log_success, alone=self.finish_alone)
        renewals = Renewals(
            self.in_flight, gate, self.connection, self.completion.records_lock, self.heartbeat
        )
        self._tickers = [
            Ticker("renewals", self.pace.tick_seconds, renewals.renew),
            Ticker("recovery", self.pace.tick_seconds, self._recovery.recover_all),
            Ticker("schedule", lambda: LOOK_SECONDS, Schedule(self.queues).look),
            Ticker("missing", look_seconds, Missing(self.connection).look),
            Ticker("trials", self.pace.tick_seconds, try_held),
        ]

    def _close(self) -> None:
        try:
            if self._stop_requested:
                self.log.info("Worker %s [PID %d]: warm shut down requested", self.name, self.pid)
                self.set_shutdown_requested_date()  # type: ignore[no-untyped-call]
            self.shutdown.wind_down()
        finally:
            for ticker in self._tickers:
                ticker.stop()
            self.completion.stop()
            self._slots.stop()

    @cached_property
    def _recovery(self) -> Recovery:
        return Recovery(self.queues, self.gate, self.in_flight, self._exc_handlers)

    def _quicken(self) -> None:
        for ticker in self._tickers:
            ticker.reschedule()

    def _report_accepted(self, execution: Execution) -> None:
        if execution.lease is None:
            return
        try:
            self.gate.accepted(execution.lease.upstream, [execution.lease.id])
        except GateError as error:
            self.log.warning("Worker %s: the gate did not hear that a call began: %s", self.name, error)

    # What rq asks of a worker ---------------------------------------------------------------------

    def _install_signal_handlers(self) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self.request_stop)
            signal.signal(signal.SIGTERM, self.request_stop)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Called in a signal handler: takes no lock and speaks to no server."""
        if not self._stop_requested:
            self._shutdown_requested_date = now()
            self._stop_requested = True
        self.shutdown.ask()

    def handle_payload(self, message: dict[str, Any]) -> None:
        payload = parse_payload(message)
        if payload["command"] == "stop-job":
            self.commands.stop_job(payload["job_id"])
        else:
            handle_command(self, payload)

    def request_stop_execution(self, execution_id: str) -> None:
        self.commands.stop_execution(execution_id)

    def clean_registries(self) -> None:
        """rq's maintenance, after the one recovery: what rq would fail is back in line by then."""
        self._recovery.recover_all()
        for queue in self.queues:
            if queue.acquire_maintenance_lock():
                self.log.info("Worker %s: cleaning registries for queue: %s", self.name, queue.name)
                clean_registries(queue, self._exc_handlers)
                clean_worker_registry(queue)
                queue.release_maintenance_lock()  # type: ignore[no-untyped-call]
        self.last_cleaned_at = now()  # type: ignore[assignment]
