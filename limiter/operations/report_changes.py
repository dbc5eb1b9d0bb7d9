"""Histories, differences, dry runs and explanations, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from limiter.configuration.applied import Applied, Edit
from limiter.configuration.dry_run import DryRun
from limiter.configuration.history import Change, in_words
from limiter.gate import Explanation
from limiter.models import ConfigVersion, GateEvent
from limiter.simulation.replay import Went

from .output import moment
from .wording import WORDS

SCHEMA = 1  # raised when a field is taken away or changes its meaning


def changes_as_text(changes: Sequence[Change]) -> str:
    return "\n".join(f"  {change}" for change in changes) or "  Nothing differs."


def applied_as_text(found: Applied) -> str:
    """What a file would change or has changed, by upstream, with the edits that stay."""
    lines = []
    for each in found.differences:
        lines.append(f"{each.upstream}{' (new)' if each.is_new else ''}:")
        lines += [f"  {change}" for change in each.changes]
        lines += [f"  {edit_in_words(edit)}" for edit in each.edits]
    lines += [f"{name}: unused, deleted" for name in found.unused]
    return "\n".join(lines) or "Nothing changes."


def edit_in_words(edit: Edit) -> str:
    """A setting that stays as somebody has edited it."""
    change, version = edit.change, edit.version
    whose = f", as {version.author} set it in version {version.version} ({version.reason})" if version else ""
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


def dry_run_as_json(found: DryRun) -> dict[str, Any]:
    """Waits in seconds; `quota` in requests a minute, null where the provider throttled nothing.

    Calls throttled under the proposed settings are null where the replay does not reproduce those recorded.
    """
    went = {name: _went(getattr(found, name)) for name in ("recorded", "today", "proposed")}
    if not found.knows_throttles:
        went["proposed"]["throttled"] = None
    return {
        "schema": SCHEMA,
        "upstream": found.upstream,
        "since": found.since.astimezone(UTC).isoformat(timespec="seconds"),
        "until": found.until.astimezone(UTC).isoformat(timespec="seconds"),
        "offered": found.offered,
        "quota": found.quota,
        "changes": [asdict(change) for change in found.changes],
        **went,
    }


def _went(went: Went) -> dict[str, Any]:
    return {
        "started": went.started,
        "waiting": went.waiting,
        "wait_p50": went.wait.p50,
        "wait_p95": went.wait.p95,
        "throttled": went.throttled,
        "most_in_flight": went.most_in_flight,
        "held_up": {reason.value: round(seconds, 1) for reason, seconds in went.held_up.items()},
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: as it was recorded, under today's settings, and under the proposed ones."""

    label: str
    values: Sequence[str]


def dry_run_rows(found: DryRun) -> list[Row]:
    columns = (found.recorded, found.today, found.proposed)
    rows = [
        Row("Jobs that began", [str(each.started) for each in columns]),
        Row("... that still waited", [str(each.waiting) for each in columns]),
        Row("Half waited at most", [_seconds(each.wait.p50) for each in columns]),
        Row("19 of 20 at most", [_seconds(each.wait.p95) for each in columns]),
        Row("Calls throttled", _throttles(found)),
        Row("Calls at once, at most", [str(each.most_in_flight) for each in columns]),
    ]
    for reason in dict.fromkeys([*found.today.held_up, *found.proposed.held_up]):
        spent = ["" if each is found.recorded else _seconds(each.held_up.get(reason)) for each in columns]
        rows.append(Row(f"Stood: {WORDS[reason]}", spent))
    return rows


def _throttles(found: DryRun) -> list[str]:
    """A model that does not reproduce what was recorded forecasts nothing."""
    proposed = str(found.proposed.throttled) if found.knows_throttles else "not known"
    return [str(found.recorded.throttled), str(found.today.throttled), proposed]


def quota_in_words(found: DryRun) -> str:
    """What is known of the provider's quota, and by how much the replay misses what was recorded."""
    if found.quota is None:
        known = (
            "Nothing was throttled: the provider's quota is not known, and more may be throttled "
            "than this says."
        )
    else:
        known = f"The provider seems to take {found.quota:g} requests a minute."
    return f"{known} {_miss_in_words(found)}"


def _miss_in_words(found: DryRun) -> str:
    recorded, today = found.recorded, found.today
    words = (
        f"Replayed under today's settings, half waited {_seconds(today.wait.p50)} at most "
        f"(recorded: {_seconds(recorded.wait.p50)}), and {today.throttled} calls were throttled "
        f"(recorded: {recorded.throttled})."
    )
    if found.knows_throttles:
        return words
    return f"{words} So nothing is said of throttles under other settings."


def explanation_as_json(job: str, upstream: str, found: Explanation) -> dict[str, Any]:
    return {"schema": SCHEMA, "job": job, "upstream": upstream, **asdict(found)}


def explanation_as_text(upstream: str, found: Explanation) -> str:
    if found.state == "running":
        return f"It is running on {upstream}."
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


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.1f} min"
