"""Failures by fingerprint, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from rich.markup import escape
from rich.table import Table

from feedback.messages.errors import error_in_words
from feedback.selectors.work.failed_jobs import FailureGroup

from .output import moment, printed, span

SCHEMA = 1  # raised when a field is taken away or changes its meaning


def failures_as_json(groups: Sequence[FailureGroup]) -> dict[str, Any]:
    return {"schema": SCHEMA, "failures": [_as_data(group) for group in groups]}


def failures_as_table(groups: Sequence[FailureGroup], *, colour: bool) -> str:
    if not groups:
        return "No job is dead."
    table = Table("Fingerprint", "Jobs", "Last", "Stage", "Upstream", "Outcome", "One of them says")
    now = timezone.now()
    for group in groups:
        table.add_row(
            group.fingerprint,
            str(group.jobs),
            f"{span(now - group.newest)} ago",
            ", ".join(group.kinds),
            ", ".join(filter(None, group.upstreams)) or "-",
            group.outcome or "-",
            escape(error_in_words(group.error).split("\n", 1)[0][:80]) or "-",
        )
    table.columns[0].no_wrap = True
    words = "Start one of them again: jobs retry --fingerprint FINGERPRINT --reason WHY"
    return "\n".join([printed(table, colour=colour), words])


def _as_data(group: FailureGroup) -> dict[str, Any]:
    return {
        "fingerprint": group.fingerprint,
        "outcome": group.outcome or None,
        "code": group.code,
        "jobs": group.jobs,
        "kinds": list(group.kinds),
        "upstreams": list(filter(None, group.upstreams)),
        "oldest": moment(group.oldest),
        "newest": moment(group.newest),
        "error": error_in_words(group.error) or None,
    }
