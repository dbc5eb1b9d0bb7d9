"""Waiting at the terminal: stages and sections done, never an invented percentage."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from feedback.models import Document, Job

if TYPE_CHECKING:
    from rich.console import Console

POLL_SECONDS = 0.3


def wait_for(document: Document, console: Console, check: Callable[[], None] | None = None) -> Document:
    """Show what happens until the document has ended; `check` is called between looks and may raise."""
    printed = ""
    with console.status("Submitted") as status:
        while not document.ended:
            if check is not None:
                check()
            words = describe(document)
            if console.is_terminal:
                status.update(words)
            elif words != printed:
                console.print(words)
            printed = words
            time.sleep(POLL_SECONDS)
            document = Document.objects.select_related("owner").get(pk=document.pk)
    return document


def describe(document: Document) -> str:
    """The document's state in words."""
    if document.state == Document.State.RECEIVED:
        return "Reading the document"
    if document.state == Document.State.ANALYSING:
        states = list(
            document.jobs.filter(kind=Job.Kind.ANALYSE).order_by("state").values_list("state", flat=True)
        )
        done, running, waiting = (
            states.count(state) for state in (Job.State.DONE, Job.State.RUNNING, Job.State.WAITING)
        )
        return f"Sections: {done} of {len(states)} done, {running} in analysis, {waiting} in line"
    if document.state == Document.State.SUMMARISING:
        return "Writing the summary"
    return str(document.get_state_display())
