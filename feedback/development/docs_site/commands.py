"""Each command of ours as its own parser describes it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import Any

from django.core.management import get_commands, load_command_class
from django_typer.management import TyperCommand

OURS = ("feedback", "limiter")
WIDTH = "100"  # columns, by which argparse folds its lines
# What every command of Django takes.
COMMON = frozenset(
    {
        "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color",
        "skip_checks", "hide_locals", "show_locals", "help",
    }
)  # fmt: skip


def names() -> list[tuple[str, str]]:
    """Commands with the app that brings them."""
    return sorted((name, app) for name, app in get_commands().items() if app in OURS)


def page() -> str:
    return "\n\n".join(part for name, app in names() for part in sections(app, name))


def sections(app: str, name: str) -> Iterator[str]:
    command = load_command_class(app, name)
    yield f"## {name}"
    if isinstance(command, TyperCommand):
        yield from _of_typer(command.command_tree, name)
    else:
        yield _text(_of_argparse(command.create_parser("manage.py", name)))


def _text(lines: str) -> str:
    return "```text\n" + "\n".join(line.rstrip() for line in lines.splitlines()) + "\n```"


def _of_argparse(parser: argparse.ArgumentParser) -> str:
    for action in parser._actions:
        if action.dest in COMMON:
            action.help = argparse.SUPPRESS
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = WIDTH
    try:
        return parser.format_help()
    finally:
        os.environ.pop("COLUMNS") if before is None else os.environ.update(COLUMNS=before)


def _of_typer(node: Any, path: str) -> Iterator[str]:
    """A command, and then each of its own."""
    command, context = node.click_command, node.context
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"usage: manage.py {path} {usage}", "", (command.help or "").replace("\b\n", "")]
    own = [each for each in command.get_params(context) if each.name not in COMMON]
    records = [record for each in own if (record := each.get_help_record(context))]
    lines += ["", *(_record(*record) for record in records)]
    yield _text("\n".join(lines).rstrip())
    for name, child in sorted(node.children.items()):
        yield f"### {path} {name}"
        yield from _of_typer(child, f"{path} {name}")


def _record(form: str, meaning: str) -> str:
    return f"  {form}\n      {meaning}" if meaning else f"  {form}"
