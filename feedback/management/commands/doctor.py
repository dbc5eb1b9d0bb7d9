from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from django.core.management.base import CommandError

from feedback.operations.doctor import checks, examine
from feedback.terminal.doctor import findings_as_json, findings_as_table, is_healthy
from limiter.operations.terminal import MISUSED, AsJson, Verbs

SICK = 1  # the exit status where a check fails

Only = Annotated[list[str] | None, typer.Option(help="Only this check; may be repeated.", metavar="CHECK")]
Call = Annotated[bool, typer.Option("--call", help="Spend one short call on the Bedrock model.")]


class Command(Verbs, pretty_exceptions_enable=False):
    requires_system_checks = []  # they are a finding here, not the end

    def handle(self, only: Only = None, call: Call = False, as_json_: AsJson = False) -> None:
        """Is everything there that the system needs, and if not, what is to be done?

        Looks at this machine, PostgreSQL, Redis, the gate, workers, housekeeping, Bedrock, mail, settings.

        It changes nothing, and asks the model only with --call, past the gate. Run it on every host.

        Examples: doctor; doctor --only redis --only workers; doctor --call --json

        Exit status 0: nothing fails. 1: something does. 2: there is no such check.
        """
        known = checks(call=call)
        for name in only or ():
            if name not in known:
                raise CommandError(
                    f"There is no check {name!r}: there are {', '.join(known)}.", returncode=MISUSED
                )
        chosen = {name: check for name, check in known.items() if not only or name in only}
        findings = list(examine(chosen))
        if as_json_:
            self.stdout.write(json.dumps(findings_as_json(findings), indent=2))
        else:
            self.stdout.write(findings_as_table(findings, colour=self.stdout.isatty()))
        if not is_healthy(findings):
            sys.exit(SICK)
