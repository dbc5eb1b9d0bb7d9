"""The stable schema, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..comparison import Comparison, Result
from ..ladder import Ladder, Step
from ..law import slots_for
from ..provider import ProviderPlan

SCHEMA = 2  # raised when a field is taken away or changes its meaning


def as_data(comparisons: Sequence[Comparison], ladder: Ladder | None = None) -> dict[str, Any]:
    """Durations and moments are virtual seconds, shares lie between 0 and 1, null means nothing to measure.

    `took_...` alone is real time and differs from run to run.
    """
    rates = sorted({30.0, 80.0, *(comparison.limits.rate for comparison in comparisons)})
    return {
        "schema": SCHEMA,
        "scenarios": [_comparison(comparison) for comparison in comparisons],
        "ladder": None if ladder is None else _ladder(ladder),
        "littles_law": [asdict(slots_for(rate)) for rate in rates],
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "name": comparison.scenario.name,
        "title": comparison.scenario.title,
        "seed": comparison.seed,
        "students": comparison.size.students,
        "sections": comparison.size.sections,
        "limits": asdict(comparison.limits),
        "provider": _provider(comparison.plan),
        "policies": [_result(result) for result in comparison.results],
        "took_seconds": comparison.seconds,
        "took_cpu_seconds": comparison.cpu_seconds,
    }


def _provider(plan: ProviderPlan) -> dict[str, Any]:
    return {
        "quotas": [{"since": each.since, "per_minute": each.per_minute} for each in plan.quotas],
        "burst": plan.burst,
        "timeout": plan.timeout,
        "outages": [
            {"start": each.start, "end": each.end, "manner": each.manner.value} for each in plan.outages
        ],
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "name": result.policy.name,
        "title": result.policy.title,
        "figures": asdict(result.figures),
        "minutes": asdict(result.series),
    }


def _ladder(ladder: Ladder) -> dict[str, Any]:
    return {
        "seed": ladder.seed,
        "steps": [_step(step) for step in ladder.steps],
        "took_seconds": ladder.seconds,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "rung": step.rung.number,
        "title": step.rung.title,
        "expected": step.rung.expected,
        "limits": asdict(step.rung.limits),
        "quota": step.rung.quota,
        "healthy": asdict(step.healthy),
        "outage": asdict(step.outage),
    }
