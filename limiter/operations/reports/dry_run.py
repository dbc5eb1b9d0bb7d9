"""A dry run for a terminal, for a page and for programs: what was recorded, replayed, and would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from typing import Any

from limiter.configuration.dry_run import DryRun
from limiter.gate import Reason
from limiter.operations.wording import WORDS
from limiter.simulation.calibration import TRUSTED, Figure
from limiter.simulation.replay import Went

SCHEMA = 2  # raised when a field is taken away or changes its meaning
FIGURES = {
    Figure.STARTED: "jobs that began",
    Figure.HALF_WAITED: "what half of them waited at most",
    Figure.MOST_WAITED: "what 19 of 20 waited at most",
    Figure.THROTTLED: "calls throttled",
}


def dry_run_as_json(found: DryRun) -> dict[str, Any]:
    """Waits in seconds; `quota` in requests a minute, null where the provider throttled nothing. `today` and
    `proposed` are null where the replay misses what was recorded by too much."""
    miss = found.calibration.miss
    went = {
        "recorded": found.recorded,
        "replayed": found.calibration.replayed,
        "today": found.today,
        "proposed": found.proposed,
    }
    return {
        "schema": SCHEMA,
        "upstream": found.upstream,
        "since": found.since.astimezone(UTC).isoformat(timespec="seconds"),
        "until": found.until.astimezone(UTC).isoformat(timespec="seconds"),
        "offered": found.offered,
        **asdict(found.calibration.world),
        "trusted": found.calibration.is_trusted,
        "miss": {**asdict(miss), "share": round(miss.share, 3)},
        "changes": [asdict(change) for change in found.changes],
        **{name: _went(each) if each else None for name, each in went.items()},
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
    """One figure in each column."""

    label: str
    values: Sequence[str]


def dry_run_columns(found: DryRun) -> list[str]:
    """Today's settings have a column of their own where others were in force in this time."""
    edited = ["Today's settings"] if found.edited else []
    return ["Recorded", "Replayed", *edited, "With these"]


def dry_run_rows(found: DryRun) -> list[Row]:
    replayed = found.calibration.replayed
    columns = [found.recorded, replayed, *([found.today] if found.edited else []), found.proposed]
    rows = [
        _row("Jobs that began", columns, lambda went: str(went.started)),
        _row("... that still waited", columns, lambda went: str(went.waiting)),
        _row("Half waited at most", columns, lambda went: in_seconds(went.wait.p50)),
        _row("19 of 20 at most", columns, lambda went: in_seconds(went.wait.p95)),
        _row("Calls throttled", columns, lambda went: str(went.throttled)),
        _row("Calls at once, at most", columns, lambda went: str(went.most_in_flight)),
    ]
    for reason in dict.fromkeys(reason for went in columns[1:] if went for reason in went.held_up):
        values = ["" if went is found.recorded else _stood(went, reason) for went in columns]
        rows.append(Row(f"Stood: {WORDS[reason]}", values))
    return rows


def _row(label: str, columns: Sequence[Went | None], figure: Callable[[Went], str]) -> Row:
    return Row(label, ["not known" if went is None else figure(went) for went in columns])


def _stood(went: Went | None, reason: Reason) -> str:
    return "not known" if went is None else in_seconds(went.held_up.get(reason))


def trust_in_words(found: DryRun) -> str:
    """What the replay supposes, and by how much it misses what was recorded."""
    return " ".join([*_supposed(found), miss_in_words(found)])


def _supposed(found: DryRun) -> Iterator[str]:
    world = found.calibration.world
    if world.quota is not None:
        yield f"The provider seems to take {world.quota:g} requests a minute."
    else:
        yield (
            "Nothing was throttled: the provider's quota is not known, and more may be throttled "
            "than this says."
        )
    if world.slots is not None:
        yield f"The workers seem to hold {world.slots} calls at once, whatever the settings say."
    if found.edited:
        times = "once" if len(found.edited) == 1 else f"{len(found.edited)} times"
        yield f"The settings were changed {times} meanwhile; the replay follows that."


def miss_in_words(found: DryRun) -> str:
    miss = found.calibration.miss
    if miss.share < 0.01:
        return "Replayed as it was, it comes to what was recorded."
    is_wait = miss.figure in {Figure.HALF_WAITED, Figure.MOST_WAITED}
    recorded, replayed = (
        in_seconds(value) if is_wait else f"{value:.0f}" for value in (miss.recorded, miss.replayed)
    )
    words = (
        f"Replayed as it was, it misses what was recorded by {miss.share:.0%} at most: "
        f"{FIGURES[miss.figure]}, {replayed} in place of {recorded}."
    )
    if found.calibration.is_trusted:
        return words
    return f"{words} More than {TRUSTED:.0%} is too much: it says nothing of other settings."


def in_seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.1f} min"
