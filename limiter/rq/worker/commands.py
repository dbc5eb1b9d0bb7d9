"""Commands to a worker that has many jobs, where rq's own look at one."""

from __future__ import annotations

import logging

from ...jobs.execution import AbortReason
from .deadlines import cut
from .runs import InFlight, Run

logger = logging.getLogger("rq.worker")


class StopCommands:
    """Stopping one of the jobs in flight. All other commands are rq's."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight

    def stop_execution(self, execution_id: str) -> None:
        run = self._in_flight.get(execution_id)
        if run is None:
            logger.warning("Not running execution %s, command ignored.", execution_id)
        else:
            _stop(run)

    def stop_job(self, job_id: str) -> None:
        runs = self._in_flight.of_job(job_id)
        if not runs:
            logger.warning("Not working on job %s, command ignored.", job_id)
        for run in runs:
            _stop(run)


def _stop(run: Run) -> None:
    logger.info("Job %s is stopped on request", run.job.id)
    cut(run.execution, AbortReason.STOPPED)
