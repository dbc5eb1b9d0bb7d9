"""Commands to a worker that has many jobs, where rq's own look at one."""

from __future__ import annotations

from typing import Any

from rq.command import handle_command, parse_payload

from ..execution import AbortReason
from .completion import Completion
from .deadlines import cut
from .runs import Run


class Commands(Completion):
    """Stopping one of the jobs in flight. All other commands are rq's."""

    def handle_payload(self, message: dict[str, Any]) -> None:
        payload = parse_payload(message)
        if payload["command"] == "stop-job":
            self._stop_job(payload["job_id"])
        else:
            handle_command(self, payload)

    def request_stop_execution(self, execution_id: str) -> None:
        run = self.in_flight.get(execution_id)
        if run is None:
            self.log.warning("Not running execution %s, command ignored.", execution_id)
        else:
            self._stop(run)

    def _stop_job(self, job_id: str) -> None:
        runs = self.in_flight.of_job(job_id)
        if not runs:
            self.log.warning("Not working on job %s, command ignored.", job_id)
        for run in runs:
            self._stop(run)

    def _stop(self, run: Run) -> None:
        self.log.info("Worker %s: job %s is stopped on request", self.name, run.job.id)
        cut(run.execution, AbortReason.STOPPED)
