"""What a job tells the gate of itself: fields beside rq's own on the job's hash.

They are given as keyword arguments to enqueue or as keys of the job's meta; each save of the job
writes them (job.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rq.utils import as_text

from ..base.bounds import NUMBERS, read, whole
from ..gate.model import Ticket
from ..jobs.declaration import declaration_of
from .upstreams import upstream_of

FIELDS = ("gate_flow", "gate_group", "gate_priority", "gate_document", "gate_tokens", "gate_output")
KEYS = [(name, name.encode()) for name in FIELDS]


def into_meta(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Move gate_* keyword arguments of an enqueue into its meta."""
    given = {field: kwargs[field] for field in FIELDS if field in kwargs}
    if not given:
        return kwargs
    must_be_numbers(given)
    rest = {name: value for name, value in kwargs.items() if name not in given}
    return {**rest, "meta": {**(rest.get("meta") or {}), **given}}


def declared(
    function: object,
    args: Sequence[Any] | None,
    kwargs: Mapping[str, Any] | None,
    options: dict[str, Any],
    queue: str | None = None,
) -> dict[str, Any]:
    """The options of an enqueue, with what the function declares by @gated in their meta.

    Raises ValueError.
    """
    declaration = declaration_of(function)
    if declaration is None:
        return options
    if queue is not None and declaration.upstream not in (None, upstream_of(queue)):
        name = getattr(function, "__qualname__", function)
        raise ValueError(
            f"{name} is gated by upstream {declaration.upstream!r}, and behind queue {queue!r} is"
            f" {upstream_of(queue) or 'none'!r}."
        )
    meta = options.get("meta") or {}
    fields = declaration.fields(args or (), kwargs or {}, meta)
    return {**options, "meta": {**meta, **fields}} if fields else options


def must_be_numbers(fields: Mapping[str, Any]) -> None:
    """Raises ValueError: unnoticed, "abc" would count as no tokens at all."""
    for name, (least, most) in NUMBERS.items():
        if fields.get(name) is not None:
            whole(name, fields[name], least, most)


def stored(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a job's meta gives, as they stand on its hash."""
    return {field: meta[field] for field in FIELDS if meta.get(field) is not None}


def changed(stored: Mapping[bytes, bytes], meta: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that stand on the hash otherwise than in the meta."""
    found = {name: stored[key] for name, key in KEYS if key in stored}
    texts = {name: as_text(value) for name, value in found.items()}
    return {
        name: read(text, *NUMBERS[name]) if name in NUMBERS else text
        for name, text in texts.items()
        if str(meta.get(name)) != text
    }


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
