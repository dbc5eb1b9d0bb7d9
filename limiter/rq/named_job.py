"""rq's job, held to what its queue's settings allow it to name.

A job in Redis names a function, callbacks and webhooks, and rq reads its arguments by pickle: a right to
write there is a right to run code on the workers. LIMITER_ALLOWED_CALLABLES lists the functions that may be
named; all of a job is JSON then, and one that names anything else fails before anything of it is imported.
Without that setting all is as in rq.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rq.exceptions import DeserializationError
from rq.job import Job
from rq.job_lifecycle import record_job_failure
from rq.serializers import JSONSerializer

from .settings import allowed_callables

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

logger = logging.getLogger("limiter.rq")


class RefusedJob(ValueError):
    """A job that names what it may not."""


class NamedJob(Job):
    """A job that names only what the settings list."""

    def __init__(
        self,
        id: str | None = None,
        connection: Redis | None = None,
        serializer: Any = None,
    ) -> None:
        ours = serializer_of(serializer)
        is_json = ours is JSONSerializer
        super().__init__(id, connection, None if is_json else ours)  # rq checks a named one for each job
        if is_json:
            self.serializer = ours

    @property
    def func(self) -> Callable[..., Any] | None:
        self.must_be_allowed()
        return super().func  # type: ignore[no-any-return]

    @property
    def success_callback(self) -> Any:
        return super().success_callback if self._may_name(self._success_callback_name) else None

    @property
    def failure_callback(self) -> Any:
        return super().failure_callback if self._may_name(self._failure_callback_name) else None

    @property
    def stopped_callback(self) -> Any:
        return super().stopped_callback if self._may_name(self._stopped_callback_name) else None

    def send_webhooks(self, *args: Any, **kwargs: Any) -> None:
        if allowed_callables() is None:
            super().send_webhooks(*args, **kwargs)

    def must_be_allowed(self) -> None:
        """Raises RefusedJob. Nothing is imported for it, and nothing unpickled."""
        if allowed_callables() is None:
            return
        try:
            function, instance = self.func_name, self.instance
        except DeserializationError as error:
            raise RefusedJob("its data is not JSON: an older release or somebody else wrote it") from error
        if instance is not None or self.webhooks:
            raise RefusedJob("it has a stored object or a webhook")
        callbacks = (self._success_callback_name, self._failure_callback_name, self._stopped_callback_name)
        for name in (function, *filter(None, callbacks)):
            if not self._may_name(name):
                raise RefusedJob(f"LIMITER_ALLOWED_CALLABLES does not list {str(name)[:200]!r}")

    def _may_name(self, name: object) -> bool:
        allowed = allowed_callables()
        return allowed is None or (isinstance(name, str) and name in allowed)


def serializer_of(wanted: Any) -> Any:
    """The serializer of all that a queue's jobs keep: JSON where a list of callables is in force."""
    return wanted if allowed_callables() is None else JSONSerializer


def refusal_of(job: Job) -> str | None:
    """Why this job may not run; None: it may."""
    try:
        if isinstance(job, NamedJob):
            job.must_be_allowed()
    except RefusedJob as refusal:
        return str(refusal)
    return None


def fail_refused(job: Job, reason: str, pipeline: Pipeline) -> None:
    """Have a refused job fail, where operators see why."""
    logger.error("job %s of queue %s is refused: %s", job.id, job.origin, reason)
    record_job_failure(job, f"Refused: {reason}", pipeline)
