from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from django.core.management.base import CommandError
from django.utils.translation import override
from django_typer.management import command, initialize

from feedback.errors import Refused
from feedback.services.accounts import accounts
from feedback.services.teaching.roster import Change, Roster
from limiter.operations.terminal import MISUSED, AsJson, Author, Reason, Verbs

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV with e-mail addresses; - reads stdin.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]

MEANING = {Change.ACCOUNT: "new", Change.ROLE: "other role", Change.NOTHING: "is there"}


class Command(Verbs, pretty_exceptions_enable=False):
    @initialize()
    def verbs(self) -> None:
        """Accounts of people.

        Exit status 0: done. 1: the database cannot be reached. 2: the file cannot be used, with the reason
        in one line. 3: some rows were left out, each with its reason.
        """

    @command("import")
    def import_(
        self, file: File, reason: Reason, author: Author, dry_run: DryRun = False, as_json_: AsJson = False
    ) -> None:
        """Make accounts from a list, and give those that are there the role it says.

        Columns: email, name, role (student or teacher), in any order and with any separator; only the address
        is needed. Rows that cannot be used are left out and listed. The same list again changes nothing.
        No password is made: at their first sign-in people ask for a link to choose one.

        Example: users import students.csv --reason "autumn term" --dry-run
        """
        with override("en"):
            roster = self._read(file)
            changed = 0 if dry_run else accounts.write(roster, author=author, reason=reason)
        data = {
            "schema": 1, "dry_run": dry_run, "changed": changed, "rows": [
                {"line": row.number, "email": row.email, "role": row.role, "change": row.change,
                 "problem": row.problem}
                for row in roster.entries
            ],
        }  # fmt: skip
        self.stdout.write(json.dumps(data, indent=2) if as_json_ else _summary(roster, changed, dry_run))
        if roster.errors:
            raise CommandError(f"{len(roster.errors)} rows were left out.", returncode=3)

    def _read(self, file: Path) -> Roster:
        try:
            data = typer.get_binary_stream("stdin").read() if str(file) == "-" else file.read_bytes()
            return accounts.read(data)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.", returncode=MISUSED) from error
        except Refused as error:
            raise CommandError(f"{file}: {error}", returncode=MISUSED) from error


def _summary(roster: Roster, changed: int, dry_run: bool) -> str:
    lines = [f"line {row.number}: {row.email or '-'}: {row.problem}" for row in roster.errors]
    counts = [f"{len(roster.of(change))} {words}" for change, words in MEANING.items()]
    done = "Nothing is written yet" if dry_run else f"{changed} written"
    warning = [roster.warning] if roster.warning else []
    return "\n".join([*warning, *lines, f"{done}: {', '.join(counts)}, {len(roster.errors)} left out."])
