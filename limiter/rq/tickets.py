"""What a job tells the gate of itself: fields beside rq's own on the job's hash.

They are given as keyword arguments to enqueue or as keys of the job's meta. rq saves a job in many
ways (pipelines, the script for unique jobs, deferral, schedules) and all of them go through
Job.to_dict, so that is where the fields join the job: one write, in rq's own transaction. They stay on
the hash when stock code puts the job back in its queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ..bounds import NUMBERS, read, whole
from ..gate.model import Ticket

if TYPE_CHECKING:
    from rq.job import Job

FIELDS = ("gate_flow", "gate_group", "gate_priority", "gate_document", "gate_tokens", "gate_output")


def into_meta(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Move gate_* keyword arguments of an enqueue into its meta."""
    given = {field: kwargs[field] for field in FIELDS if field in kwargs}
    if not given:
        return kwargs
    _must_be_numbers(given)
    rest = {name: value for name, value in kwargs.items() if name not in given}
    return {**rest, "meta": {**(rest.get("meta") or {}), **given}}


def attach(job: Job) -> Job:
    """Have every save of this job write the fields that its meta holds. Doing it twice changes nothing."""
    _must_be_numbers(job.meta)
    if "to_dict" not in vars(job) and any(field in job.meta for field in FIELDS):
        job.to_dict = partial(_to_dict, job)  # type: ignore[method-assign]
    return job


def _must_be_numbers(fields: Mapping[str, Any]) -> None:
    """Raises ValueError: unnoticed, "abc" would count as no tokens at all."""
    for name, (least, most) in NUMBERS.items():
        if fields.get(name) is not None:
            whole(name, fields[name], least, most)


def _to_dict(job: Job, *args: Any, **kwargs: Any) -> dict[str, Any]:
    stored: dict[str, Any] = type(job).to_dict(job, *args, **kwargs)
    return {**stored, **{field: job.meta[field] for field in FIELDS if job.meta.get(field) is not None}}


def ticket(job_id: str, fields: Mapping[str, Any]) -> Ticket:
    """The ticket that a job's fields make."""
    return Ticket(
        job=job_id,
        flow=str(fields.get("gate_flow") or ""),
        group=str(fields.get("gate_group") or ""),
        priority=_number(fields, "gate_priority"),
        document=str(fields.get("gate_document") or ""),
        tokens=_number(fields, "gate_tokens"),
        output=_number(fields, "gate_output"),
    )


def _number(fields: Mapping[str, Any], name: str) -> int:
    return read(fields.get(name), *NUMBERS[name])
