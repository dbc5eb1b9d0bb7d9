"""Reports as tables for a terminal, drawn by rich: for commands alone, pages have tables of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from rich.markup import escape
from rich.table import Table

from limiter.configuration.dry_run import DryRun
from limiter.gate import BreakerState
from limiter.models import ConfigVersion, GateEvent
from limiter.named.places.standing import Standing
from limiter.selectors import UpstreamStatus

from .changes import changes_as_text
from .dry_run import dry_run_columns, dry_run_rows, trust_in_words
from .output import printed
from .upstreams import (
    COLUMNS,
    CONCURRENCY_COLUMNS,
    FLOW_COLUMNS,
    concurrency_rows,
    flow_rows,
    notice,
    overview,
)

COLOURS = {BreakerState.CLOSED: "green", BreakerState.HALF_OPEN: "yellow", BreakerState.OPEN: "red"}


def as_table(statuses: Sequence[UpstreamStatus], *, colour: bool = False) -> str:
    upstreams = Table(*COLUMNS)
    for status in statuses:
        row = dict(zip(COLUMNS, map(escape, overview(status)), strict=True))
        row["Breaker"] = f"[{COLOURS[status.live.breaker]}]{row['Breaker']}[/]"
        upstreams.add_row(*row.values())
    lines = [escape(notice(status)) for status in statuses if notice(status)]
    flows = [_flows(status) for status in statuses if status.live.flows]
    return printed(upstreams, *lines, *flows, colour=colour)


def _flows(status: UpstreamStatus) -> Table:
    table = Table(*FLOW_COLUMNS, title=f"{status.upstream.name}: busiest flows")
    for row in flow_rows(status):
        table.add_row(*map(escape, row))  # a flow's key is not ours to read as markup
    return table


def concurrency_as_table(found: Sequence[Standing]) -> str:
    table = Table(*CONCURRENCY_COLUMNS)
    for row in concurrency_rows(found):
        table.add_row(*map(escape, row))
    return printed(table)


def history_as_table(rows: Sequence[ConfigVersion | GateEvent]) -> str:
    if not rows:
        return "Nothing is in this history yet."
    if isinstance(rows[0], GateEvent):
        table = Table("When", "What", "Before", "After", "Why")
    else:
        table = Table("When", "Version", "Who", "Why")
    for row in rows:
        when = f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        if isinstance(row, GateEvent):
            table.add_row(when, row.get_kind_display(), row.before, row.after, escape(row.reason))
        else:
            table.add_row(when, str(row.version), escape(row.author), escape(row.reason))
    return printed(table)


def dry_run_as_table(found: DryRun) -> str:
    table = Table("", *dry_run_columns(found), title=_title(found))
    for row in dry_run_rows(found):
        table.add_row(row.label, *row.values)
    return "\n".join([changes_as_text(found.changes), printed(table), trust_in_words(found)])


def _title(found: DryRun) -> str:
    return f"{found.upstream}, {found.since:%d %b %H:%M} to {found.until:%H:%M} {found.until.tzname()}"
