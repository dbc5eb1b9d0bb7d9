"""The tables for a terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table

from ..comparison import Comparison
from ..ladder import Ladder
from .rows import LADDER_COLUMNS, ladder_rows, rows

WORDY = ("With", "Expected")


def comparison_table(comparison: Comparison) -> Table:
    size, limits = comparison.size, comparison.limits
    table = Table(
        title=f"[bold]{comparison.scenario.title}[/bold]: {comparison.scenario.story}",
        title_justify="left",
        caption=(
            f"{size.students:,} students, {comparison.jobs:,} sections; quota"
            f" {size.quota:g} a minute, limit {limits.rate:g} a minute, {limits.slots} slots,"
            f" {limits.processes} processes; seed {comparison.seed}; simulated in {comparison.seconds:.1f} s"
            f" ({comparison.cpu_seconds:.1f} s of CPU)"
        ),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("", no_wrap=True)
    for result in comparison.results:
        table.add_column(result.policy.title, justify="right")
    for row in rows(comparison):
        table.add_row(row.label, *row.cells)
    return table


def ladder_table(ladder: Ladder) -> Table:
    table = Table(
        title="[bold]Expected performance[/bold]: one backlog, and the same with an outage of 20 minutes",
        title_justify="left",
        caption=f"Seed {ladder.seed}; simulated in {ladder.seconds:.1f} s",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for index, column in enumerate(LADDER_COLUMNS):
        figure = 2 <= index <= 9
        table.add_column(
            column, justify="right" if figure else "left", min_width=18 if column in WORDY else None
        )
    for cells in ladder_rows(ladder):
        table.add_row(*cells)
    return table
