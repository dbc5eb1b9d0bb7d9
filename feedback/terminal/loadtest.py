"""The result of a load test, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from feedback.development.loadtest.locust import Plan
from feedback.development.loadtest.report import Counted, Entry
from feedback.operations.advice.model import Figures

from .advise import upstreams_table
from .output import printed

SCHEMA = 1  # raised when a field is taken away or changes its meaning


def outcome_as_json(plan: Plan, counted: Counted, figures: Figures) -> dict[str, Any]:
    """Times of requests in milliseconds, of the upstreams in seconds."""
    return {"schema": SCHEMA, **asdict(plan), **asdict(counted), "figures": asdict(figures)}


def outcome_as_text(plan: Plan, counted: Counted, figures: Figures, *, colour: bool) -> str:
    total = counted.total
    share = total.failures / total.count if total.count else 0.0
    heading = (
        f"{plan.users} students on {plan.host} for {plan.seconds} s: {total.count} requests, "
        f"{counted.per_second:.1f} a second, {share:.1%} failed."
    )
    tables = [_table("Requests", [*counted.requests, total])]
    tables += [_table("What students felt", counted.felt)] if counted.felt else []
    tables += [upstreams_table(figures)] if figures.upstreams else []
    return f"{heading}\n{printed(*tables, colour=colour)}"


def _table(title: str, entries: Iterable[Entry]) -> Table:
    table = Table(title, "", "Count", "Failed", "Half within", "19 of 20 within", "Worst")
    for entry in entries:
        times = ("-" if time is None else f"{time} ms" for time in (entry.p50, entry.p95, entry.worst))
        table.add_row(escape(entry.name), entry.method, str(entry.count), str(entry.failures), *times)
    return table
