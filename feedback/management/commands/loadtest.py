from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from feedback.development.loadtest import accounts, locust, report, target
from feedback.operations.advice import measured
from feedback.terminal.loadtest import outcome_as_json, outcome_as_text
from limiter.operations.terminal import AWAY, MISUSED, AsJson, Verbs

DAY = 86_400

Users = Annotated[int, typer.Option(min=1, max=5000, help="Students at once. Expected: 5, 15, 50, 500.")]
Host = Annotated[str, typer.Option(help="The system's address; by default what `make run` runs here.")]
Seconds = Annotated[int, typer.Option(min=1, max=86_400, help="How long.")]
Rate = Annotated[float, typer.Option(min=0, help="Students that come in a second; 0: all in a tenth of it.")]
Report = Annotated[Path | None, typer.Option("--report", help="Where the report goes, without its ending.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave accounts and documents for a look at them.")]
Clean = Annotated[bool, typer.Option("--clean", help="Only remove what an earlier test left.")]
InProduction = Annotated[bool, typer.Option("--in-production", help="Yes, with production's settings.")]


class Command(Verbs, pretty_exceptions_enable=False):
    def handle(
        self,
        users: Users = 5,
        host: Host = "",
        seconds: Seconds = 60,
        spawn_rate: Rate = 0,
        report_to: Report = None,
        keep: Keep = False,
        clean: Clean = False,
        in_production: InProduction = False,
        as_json_: AsJson = False,
    ) -> None:
        """Students of all kinds against a running system: they read, paste, upload, revise, watch, crowd in.

        It makes accounts in this database, which must be the system's, lets Locust bring the students,
        reports, and removes the accounts with all that they handed in. Their work is answered for real: take
        a system with the simulator or offline as its provider, unless the bill is meant.

        Examples: loadtest --users 15; loadtest --users 50 --host https://staging.example.edu --seconds 300

        Exit status 0: it ran, whatever came of it. 1: nothing answers, or Locust is missing. 2: refused.
        """
        if settings.PRODUCTION and not in_production:
            words = "These are production's settings: accounts and work would be real. Add --in-production."
            raise CommandError(words, returncode=MISUSED)
        if clean:
            self.stdout.write(f"{accounts.remove()} accounts are gone, with all that they handed in.")
            return
        try:
            locust.program()
            plan = locust.Plan(
                users, target.found(host), seconds, spawn_rate or max(1.0, 10 * users / seconds)
            )
            self._test(plan, report_to or _named(users), keep=keep, as_data=as_json_)
        except ValueError as error:
            raise CommandError(str(error), returncode=MISUSED) from None
        except locust.NotRun as error:
            raise CommandError(str(error), returncode=AWAY) from None

    def _test(self, plan: locust.Plan, path: Path, *, keep: bool, as_data: bool) -> None:
        begun = timezone.now()
        people = accounts.make(plan.users)
        try:
            data = locust.run(plan, people, path)
            took = (timezone.now() - begun).total_seconds()
            counted, figures = report.read(data, seconds=plan.seconds), measured(took / DAY)
        finally:
            if not keep:
                accounts.remove()
        if as_data:
            self.stdout.write(json.dumps(outcome_as_json(plan, counted, figures), indent=2, default=str))
        else:
            self.stdout.write(outcome_as_text(plan, counted, figures, colour=self.stdout.isatty()))
            self.stdout.write(f"The report is {path}.html.")


def _named(users: int) -> Path:
    return Path(settings.VAR_DIR) / "loadtest" / f"{users}-{timezone.now():%Y%m%d-%H%M%S}"
