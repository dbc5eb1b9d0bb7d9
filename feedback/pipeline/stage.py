from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from feedback.dispatch.fingerprint import fingerprint
from feedback.dispatch.upstreams import provider_for
from feedback.models import Job
from feedback.providers.base import Finished, Request, TokenUsage
from limiter.jobs.execution import Execution


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a stage's work, with its usage."""

    result: Any
    usage: TokenUsage = field(default_factory=TokenUsage)


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer, with the fingerprint of its request."""

    finished: Finished
    fingerprint: str

    @classmethod
    def to(cls, request: Request, job: Job, finished: Finished) -> Answer:
        return cls(finished, fingerprint(request, provider_for(job.upstream)))


class Stage(Protocol):
    def work(self, job: Job, execution: Execution) -> Found:
        """Do the work. Raises DocumentError or ProviderError."""

    def record(self, job: Job, result: Any) -> None:
        """Write what was found. Runs in the final transaction, with the document's row locked."""
