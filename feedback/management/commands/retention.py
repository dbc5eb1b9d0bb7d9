from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from django.core.management.base import CommandError
from django.utils import timezone
from django_typer.management import command
from rich.table import Table

from feedback.operations.retention import RULES, purge, rules_of_site, usage_by_day, waiting
from feedback.terminal.output import printed
from limiter.operations.terminal import MISUSED, AsJson, Verbs

Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="RULE", help="Only this rule; may be repeated.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")]
Batch = Annotated[int, typer.Option(min=1, max=1000, help="Rows that are deleted in one transaction.")]
Days = Annotated[int, typer.Option(min=1, max=3660, help="How far back.")]


class Command(Verbs, pretty_exceptions_enable=False):
    """Delete what is over once its time is over, and see what was used day by day.

    The environment says for how long what is kept (RETAIN_DOCUMENTS_DAYS and others; 0: for good). `manage.py
    reconcile --every` purges by itself, a little every hour.

    Exit status 0: done. 1: the database cannot be reached. 2: this cannot be done, with the reason in
    one line.
    """

    @command()
    def rules(self, as_json_: AsJson = False) -> None:
        """What is kept for how long, and how much is over its time.

        Example: retention rules
        """
        ages, over = rules_of_site(), waiting()
        rows = [
            {"rule": name, "what": rule.what, "variable": rule.variable,
             "days": ages[name].days if name in ages else None, "over": over.get(name)}
            for name, rule in RULES.items()
        ]  # fmt: skip
        table = Table("Rule", "What", "Kept for", "Over its time", "Variable")
        for row in rows:
            kept = f"{row['days']} days" if row["days"] else "good"
            shown = "-" if row["over"] is None else f"{row['over']:,}"
            table.add_row(str(row["rule"]), str(row["what"]), kept, shown, str(row["variable"]))
        self.say(as_json_, {"schema": 1, "rules": rows}, printed(table, colour=self.stdout.isatty()))

    @command("purge")
    def purge_(
        self, only: Only = None, batch: Batch = 100, dry_run: DryRun = False, as_json_: AsJson = False
    ) -> None:
        """Delete all that is over its time. It may be stopped at any moment, and started again.

        What the calls of deleted documents used is added to the figures of their days.

        Example: retention purge --only drafts --dry-run
        """
        chosen = self._known(only or [])
        rows = waiting(only=chosen) if dry_run else purge(only=chosen, batch=batch).rows
        done = "would go" if dry_run else "gone"
        words = ", ".join(f"{number} {name}" for name, number in rows.items())
        text = f"{words} {done}." if words else "Nothing: this site keeps all of it for good."
        self.say(as_json_, {"schema": 1, "dry_run": dry_run, "rows": rows}, text)

    @command()
    def usage(self, days: Days = 30, as_json_: AsJson = False) -> None:
        """Calls, tokens and cost of each day and upstream, of work that is gone as well.

        Example: retention usage --days 90 --json
        """
        used = usage_by_day(since=timezone.now().date() - timedelta(days=days))
        table = Table(
            "Day", "Upstream", "Tier", "Calls", "Failed", "Tokens in", "Tokens out", "From cache", "To cache",
            "Cost",
        )  # fmt: skip
        for day in used:
            table.add_row(
                f"{day.day}", day.upstream, day.tier or "-", f"{day.calls:,}", f"{day.failures:,}",
                f"{day.input_tokens:,}", f"{day.output_tokens:,}", f"{day.cache_read_tokens:,}",
                f"{day.cache_write_tokens:,}", f"{day.cost:.2f}",
            )  # fmt: skip
        data = {"schema": 1, "days": [asdict(day) for day in used]}
        self.say(as_json_, data, printed(table, colour=self.stdout.isatty()))

    def _known(self, only: list[str]) -> list[str]:
        for name in only:
            if name not in RULES:
                raise CommandError(
                    f"There is no rule {name!r}: one of {', '.join(RULES)}.", returncode=MISUSED
                )
            if name not in rules_of_site():
                raise CommandError(
                    f"This site keeps {name} for good: set {RULES[name].variable}.", returncode=MISUSED
                )
        return only
