"""Dispatch: the operations that every way to run work has, on a job with a committed row.

RQ's queues and workers are one way (`rq_dispatch.py`), threads of this process the other (`in_process.py`);
`job_queue.py` chooses one by the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from redis.exceptions import RedisError

from feedback.models import Job
from limiter.gate.model import GateError

JOB_SECONDS = 240  # a job's whole time; its provider call is cut earlier (DESIGN.md, section 5)


class QueueGone(Exception):
    """The settings no longer have a job's queue."""


OUT_OF_REACH = (RedisError, GateError, QueueGone)  # the row waits until the queue can be reached again


@dataclass(frozen=True, slots=True)
class Warming:
    """A short call that no row asks for; it has the provider compile a schema before people come."""

    upstream: str
    queue: str
    flow: str
    tokens: int
    output: int

    @property
    def id(self) -> str:
        return f"warm-{self.upstream}"


class Dispatch(Protocol):
    """Each operation raises one of OUT_OF_REACH where it can't be done, and does nothing a second time."""

    has_workers: bool  # jobs run in processes of their own, which have to be there and share a gate

    def enqueue(self, job: Job) -> None:
        """Queue a waiting job; not before its moment, if it has one."""

    def enqueue_warming(self, warming: Warming) -> None:
        """Queue a call; one that is there already stays as it is. One that is lost is asked for again."""

    def leave(self, job: Job) -> None:
        """Take a waiting job out of its queue, since it moves to another."""

    def withdraw(self, job: Job, *, running: bool) -> None:
        """Take an ended job out of its queue, or cut the call that it is in."""

    def reprioritise(self, job: Job, priority: int) -> None:
        """Move a waiting job within its flow."""

    def known_ids(self, queue: str) -> frozenset[str]:
        """The ids of the jobs that wait in a queue, wait for their moment, or run."""


def run_id(job: Job) -> str:
    """The id under which a running job's call goes on: another's, where it took over the run."""
    return str(job.leader_id or job.pk)
