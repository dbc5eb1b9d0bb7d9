"""Histories, differences and explanations, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from limiter.configuration.filed import Applied, Edit, Kind
from limiter.configuration.history import Change, in_words
from limiter.gate import Explanation
from limiter.models import ConfigVersion, GateEvent
from limiter.operations.wording import WORDS

from .output import moment

SCHEMA = 1  # raised when a field is taken away or changes its meaning


def changes_as_text(changes: Sequence[Change]) -> str:
    return "\n".join(f"  {change}" for change in changes) or "  Nothing differs."


def applied_as_text(found: Applied) -> str:
    """What a file would change or has changed, row by row, with the edits that stay."""
    lines = []
    for each in found.differences:
        lines.append(f"{_called(each.kind, each.name)}{' (new)' if each.is_new else ''}:")
        lines += [f"  {change}" for change in each.changes]
        lines += [f"  {edit_in_words(edit)}" for edit in each.edits]
    lines += [f"{_called(kind, name)}: unused, deleted" for kind, name in found.unused]
    return "\n".join(lines) or "Nothing changes."


def _called(kind: Kind, name: str) -> str:
    """An upstream by its name alone."""
    return name if kind.table == "upstreams" else f"{kind.noun} {name}"


def edit_in_words(edit: Edit) -> str:
    """A setting that stays as somebody has edited it."""
    change, version = edit.change, edit.version
    whose = f", as {edit.author} set it in version {version} ({edit.reason})" if version else ""
    if edit.author and not version:
        whose = f", last changed by {edit.author} ({edit.reason})"
    return f"{change.label} stays {in_words(change.before)}{whose}; --force makes it {in_words(change.after)}"


def history_as_json(rows: Sequence[ConfigVersion | GateEvent]) -> dict[str, Any]:
    return {"schema": SCHEMA, "history": [_entry(row) for row in rows]}


def _entry(row: ConfigVersion | GateEvent) -> dict[str, Any]:
    found: dict[str, Any]
    if isinstance(row, GateEvent):
        found = {"kind": row.kind, "before": row.before, "after": row.after, "reason": row.reason}
    else:
        found = {"version": row.version, "author": row.author, "reason": row.reason, "settings": row.body}
    return {"at": moment(row.at), **found}


def explanation_as_json(job: str, upstream: str, found: Explanation) -> dict[str, Any]:
    return {"schema": SCHEMA, "job": job, "upstream": upstream, **asdict(found)}


def explanation_as_text(upstream: str, found: Explanation) -> str:
    if found.state == "running":
        return f"It is running on {upstream}."
    if found.state == "queued" and upstream:
        return f"It waits for {upstream}: it is in the queue, and joins the line when a worker next looks."
    if found.state not in ("waiting", "held", "unknown") or not upstream:
        return f"It is {found.state} and waits for no upstream."
    held = "It is held until its flow has room in the line." if found.state == "held" else ""
    lines = [f"It waits for {upstream}. {held}".rstrip()]
    if found.reason is not None:
        lines.append(f"In force: {WORDS[found.reason]}.")
    lines.append(
        f"Ahead of it: {found.ahead_in_flow} jobs of its own flow, {found.ahead_share:.0%} of the line."
    )
    if found.retry_at is not None:
        lines.append(f"That limit lets the next one pass at {_clock(found.retry_at)} UTC.")
    if found.earliest is not None and found.latest is not None:
        lines.append(
            f"It is expected to start between {_clock(found.earliest)} and {_clock(found.latest)} UTC."
        )
    return "\n".join(lines)


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"
