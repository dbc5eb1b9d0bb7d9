"""The doctor's findings, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from feedback.operations.doctor import Finding, Level

from .output import printed

SCHEMA = 1  # raised when a field is taken away or changes its meaning
SIGNS = {Level.OK: "[green]✓ ok[/]", Level.WARN: "[yellow]! warn[/]", Level.FAIL: "[red]✗ fail[/]"}


def is_healthy(findings: Sequence[Finding]) -> bool:
    return not any(finding.level is Level.FAIL for finding in findings)


def findings_as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "healthy": is_healthy(findings),
        "findings": [asdict(finding) for finding in findings],
    }


def findings_as_table(findings: Sequence[Finding], *, colour: bool) -> str:
    table = Table("Check", "", "Found", "What to do")
    table.columns[1].no_wrap = True
    for finding in findings:
        sign = SIGNS[finding.level]
        table.add_row(finding.name, sign, escape(finding.found), escape(finding.advice))
    return f"{printed(table, colour=colour)}\n{_in_short(findings)}"


def _in_short(findings: Sequence[Finding]) -> str:
    counts = {level: sum(finding.level is level for finding in findings) for level in Level}
    if not counts[Level.FAIL] and not counts[Level.WARN]:
        return "All is well."
    return f"{counts[Level.FAIL]} fail, {counts[Level.WARN]} warn, {counts[Level.OK]} are well."
