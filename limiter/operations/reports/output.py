"""The output of commands, for a terminal, a file or a program: printed text and moments in one form."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 120


def printed(*what: RenderableType, colour: bool = False, width: int = WIDTH) -> str:
    """As wide as the terminal where it is one (`colour`), else of a fixed width: files have no edge."""
    from rich.console import Console  # commands have it, pages and probes do without

    output = StringIO()
    console = Console(
        file=output,
        force_terminal=colour,
        width=shutil.get_terminal_size().columns if colour else width,
        highlight=False,
    )
    for each in what:
        console.print(each)
    return output.getvalue().rstrip()


def moment(at: datetime | float | None) -> str | None:
    """As JSON has it: ISO 8601 in UTC."""
    if at is None:
        return None
    known = datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else at.astimezone(UTC)
    return known.isoformat(timespec="milliseconds")
