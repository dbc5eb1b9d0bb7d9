from __future__ import annotations

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from limiter.gate import GateError
from limiter.gates import MEMORY, backend
from limiter.models import Upstream
from limiter.report import as_json, as_table
from limiter.selectors import UpstreamStatus, all_upstreams, upstream_status


class Command(BaseCommand):
    """Exit status 1: the gate cannot be reached; 2: bad arguments. Each with one line on stderr."""

    help = "Look at the limiter."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        status = verbs.add_parser(
            "status", help="Each upstream: bucket, rate, breaker, in flight, in line, flows."
        )
        status.add_argument("--json", action="store_true", help="A stable schema, for programs.")
        status.add_argument(
            "--upstream", action="append", type=_upstream, help="Only this one; may be repeated."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            statuses = _statuses(options["upstream"])
        except GateError as error:
            raise CommandError(f"The gate cannot be reached: {error}", returncode=1) from error
        if backend() == MEMORY:
            self.stderr.write(
                "Solo keeps its line inside the serving process: these are this process's figures."
            )
        if options["json"]:
            self.stdout.write(json.dumps(as_json(statuses), indent=2))
        else:
            self.stdout.write(as_table(statuses, colour=self.stdout.isatty()))


def _statuses(names: list[str] | None) -> list[UpstreamStatus]:
    return [upstream_status(name) for name in names] if names else list(all_upstreams())


def _upstream(name: str) -> str:
    if not Upstream.objects.filter(name=name).exists():
        raise argparse.ArgumentTypeError(f"there is no upstream {name!r}")
    return name
