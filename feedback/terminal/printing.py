"""A report in print, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

_SIGNS = {"praise": "✓"}


def print_report(console: Console, report: dict[str, Any]) -> None:
    for section in report["sections"]:
        console.print(Panel(Group(*_section(section)), title=_heading(section), title_align="left"))
    if report["summary"]:
        body = Group(*_feedback(report["summary"]))
        console.print(Panel(body, title="On the whole", title_align="left", style="bold"))
    for warning in report["document"]["warnings"]:
        console.print(Text(f"Note: {warning}", style="yellow"))
    console.print(Text(_source(report), style="dim"))


def _heading(section: dict[str, Any]) -> str:
    return " › ".join(section["heading_path"]) or str(section["heading"])


def _section(section: dict[str, Any]) -> Iterator[RenderableType]:
    if section["problem"]:
        yield Text(section["problem"], style="red")
    if "summary" in section:
        yield from _feedback(section)


def _feedback(feedback: dict[str, Any]) -> Iterator[RenderableType]:
    yield Text(feedback["summary"])
    for title, items in (("What works", feedback["strengths"]), ("Next", feedback["next_steps"])):
        if items:
            yield Text(f"\n{title}", style="bold")
            yield from (Text(f"• {item}") for item in items)
    for level in feedback["levels"]:
        yield Text(f"\n{level['criterion']}: {level['level']}", style="bold")
        yield Text(level["justification"])
    for comment in feedback["comments"]:
        yield Text("")
        yield Text(f"{_SIGNS.get(comment['kind'], '→')} “{comment['quote']}”", style="cyan")
        yield Padding(Text(comment["message"]), (0, 0, 0, 2))
        if comment["suggestion"]:
            yield Padding(Text(comment["suggestion"], style="italic"), (0, 0, 0, 2))


def _source(report: dict[str, Any]) -> str:
    provider = report["provider"]
    simulated = ", simulated" if provider["simulated"] else ""
    seconds = report["timings"]["total"]
    took = f" in {seconds:.1f} s" if seconds is not None else ""
    return f"Written by {provider['name']} ({provider['model']}{simulated}){took}."
