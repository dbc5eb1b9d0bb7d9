from __future__ import annotations

import json
import os
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from rich.console import Console

from limiter.simulation import POLICIES, SCENARIOS, Comparison, Limits, NonsenseError, Policy, compare
from limiter.simulation.ladder import Ladder, climb
from limiter.simulation.law import in_words, slots_for
from limiter.simulation.report import as_data, as_page, comparison_table, ladder_table

DEFAULT, LADDER, EVERYTHING = "deadline_night", "ladder", "all"
NARROW = 80
MANY = 1_000  # sections: from here on processes of their own are worth their start
WIDE = 160  # where the output is no terminal


class Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Keeps the lines of the description as they are."""


class Command(BaseCommand):
    """Exit status 2: the settings are nonsense, or the page can't be written. With one line on stderr."""

    help = (
        "See what the gate would do, before it has to: hours of a campus in seconds of virtual time.\n"
        "Policies are compared on the same sections and the same provider; a seed fixes all chance.\n\n"
        "  simulate                                  the night before a deadline\n"
        "  simulate outage herd --policy bucket --policy fair\n"
        "  simulate --students 1000 --rate 60 --quota 60 --slots 180\n"
        "  simulate ladder                           the table of expected performance\n"
        "  simulate all --html report.html           everything, as a page with charts\n\n"
        f"Scenarios: {', '.join(SCENARIOS)}; {LADDER}; {EVERYTHING}.\n"
        f"Policies: {', '.join(POLICIES)}."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs.setdefault("formatter_class", Help)
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = partial(_misused, parser)  # type: ignore[method-assign]  # one line, no screen of usage
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "scenario", nargs="*", default=[DEFAULT], help=f"what happens (default: {DEFAULT})"
        )
        parser.add_argument("--policy", action="append", help="only this one; may be repeated")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another night (default: 1)")
        parser.add_argument("--students", type=int, help="how many come (default: the scenario's own)")
        parser.add_argument("--sections", type=int, help="how many they bring in all")
        parser.add_argument("--quota", type=float, default=30.0, help="requests a minute the provider takes")
        parser.add_argument("--rate", type=float, default=30.0, help="requests a minute the gate lets out")
        parser.add_argument("--burst", type=float, default=5.0, help="requests the gate's bucket holds")
        parser.add_argument("--slots", type=int, default=90, help="calls in flight over all processes")
        parser.add_argument("--processes", type=int, default=3, help="worker processes")
        parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts")
        parser.add_argument("--json", action="store_true", help="print a stable schema, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            comparisons, ladder = _simulate(options)
        except NonsenseError as error:
            _refuse(str(error))
        if options["html"] is not None:
            self._write_page(options["html"], comparisons, ladder)
        if options["json"]:
            self.stdout.write(json.dumps(as_data(comparisons, ladder), indent=2))
        else:
            self._print(comparisons, ladder, options["rate"])

    def _write_page(self, path: Path, comparisons: Sequence[Comparison], ladder: Ladder | None) -> None:
        try:
            path.write_text(as_page(comparisons, ladder), encoding="utf-8")
        except OSError as error:
            _refuse(f"{path}: {error.strerror}.")
        self.stderr.write(f"The page is {path}.", lambda words: words)

    def _print(self, comparisons: Sequence[Comparison], ladder: Ladder | None, rate: float) -> None:
        console = Console(file=self.stdout, no_color=self.style.ERROR("") == "")  # type: ignore[arg-type]
        if console.width <= NARROW and not self.stdout.isatty():
            console.width = WIDE
        for comparison in comparisons:
            console.print(comparison_table(comparison))
        if ladder is not None:
            console.print(ladder_table(ladder))
        console.print("Slots that a rate needs, by Little's law:")
        for each in sorted({30.0, 80.0, rate}):
            console.print(f"  {in_words(slots_for(each))}", highlight=False)


def _simulate(options: dict[str, Any]) -> tuple[list[Comparison], Ladder | None]:
    names = _known("scenario", options["scenario"], [*SCENARIOS, LADDER, EVERYTHING])
    if EVERYTHING in names:
        names = [*SCENARIOS, LADDER]
    policies = [POLICIES[name] for name in _known("policy", options["policy"] or list(POLICIES), POLICIES)]
    limits = Limits(options["rate"], options["burst"], options["slots"], options["processes"])
    run = _runner(options, limits, policies)
    comparisons = [run(name) for name in names if name != LADDER]
    return comparisons, climb(seed=options["seed"]) if LADDER in names else None


def _runner(
    options: dict[str, Any], limits: Limits, policies: Sequence[Policy]
) -> Callable[[str], Comparison]:
    def run(name: str) -> Comparison:
        scenario = SCENARIOS[name]
        size = scenario.size(options["students"], options["sections"], options["quota"])
        at_once = os.cpu_count() or 1 if size.sections >= MANY else 1
        return compare(
            scenario, size=size, limits=limits, policies=policies, seed=options["seed"], at_once=at_once
        )

    return run


def _known(what: str, names: Sequence[str], known: Sequence[str] | Any) -> list[str]:
    """The names, each once, in order. Raises NonsenseError for one that is unknown."""
    for name in names:
        if name not in known:
            raise NonsenseError(f"There is no {what} {name!r}; there are {', '.join(known)}.")
    return list(dict.fromkeys(names))


def _misused(parser: CommandParser, message: str) -> NoReturn:
    if getattr(parser, "called_from_command_line", False):
        parser.exit(2, f"CommandError: {message}\n")
    _refuse(message)


def _refuse(message: str) -> NoReturn:
    raise CommandError(message, returncode=2)
