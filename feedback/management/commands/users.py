from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from django.core.management.base import CommandError
from django.utils.translation import override
from django_typer.management import command, initialize

from feedback.errors import Refused
from feedback.models import AccessToken, User
from feedback.selectors.accounts.access_tokens import tokens_of
from feedback.services.accounts import accounts
from feedback.services.accounts.access_tokens import make_token, revoke_token
from feedback.services.teaching.roster import Change, Roster
from limiter.operations.terminal import MISUSED, AsJson, Author, Reason, Verbs

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV with e-mail addresses; - reads stdin.")]
Owner = Annotated[str, typer.Argument(metavar="ADDRESS", help="The e-mail address of its owner.")]
Scopes = Annotated[
    list[str],
    typer.Option("--scope", default_factory=lambda: ["read"], help="read, write, operate; may be repeated."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]

MEANING = {Change.ACCOUNT: "new", Change.ROLE: "other role", Change.NOTHING: "is there"}


class Command(Verbs, pretty_exceptions_enable=False):
    @initialize()
    def verbs(self) -> None:
        """Accounts of people, and the access tokens of their programs.

        Exit status 0: done. 1: the database cannot be reached. 2: what was asked for can't be, with the
        reason in one line. 3: some rows were left out, each with its reason.
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

    @command("token")
    def token(
        self,
        owner: Owner,
        name: Annotated[str, typer.Option("--name", help="What it is for.")],
        reason: Reason,
        author: Author,
        scope: Scopes,
        days: Annotated[int, typer.Option("--days", help="That it lasts, a year at most.")] = 90,
        as_json_: AsJson = False,
    ) -> None:
        """Make an access token for somebody's program. Its value is printed this once, alone on stdout.

        It acts for that person, within their rights and quota.

        Example: users token ada@example.org --name platform --scope read --scope write --reason "ticket 12"
        """
        person = _person(owner)
        with override("en"):
            try:
                made, value = make_token(
                    owner=person, name=name, scopes=scope, days=days, by=author, reason=reason
                )
            except Refused as error:
                raise CommandError(str(error), returncode=MISUSED) from error
        self.say(as_json_, {"schema": 1, "token": value, **_as_data(made)}, value)

    @command("tokens")
    def tokens(self, owner: Owner, as_json_: AsJson = False) -> None:
        """List somebody's access tokens, the newest first, without their values."""
        found = list(tokens_of(_person(owner)))
        data = {"schema": 1, "tokens": [_as_data(each) for each in found]}
        self.say(as_json_, data, "\n".join(map(_line, found)) or "There are none.")

    @command("revoke-token")
    def revoke_token(
        self,
        owner: Owner,
        prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="How its value begins.")],
        reason: Reason,
        author: Author,
    ) -> None:
        """End an access token for good.

        Example: users revoke-token ada@example.org mrg_x7Kd2fQa --reason "was on a slide"
        """
        person = _person(owner)
        found = list(tokens_of(person).filter(prefix__startswith=prefix, revoked_at=None)[:2])
        if len(found) != 1 or not prefix:
            words = "no token in force" if not found else "more than one token"
            raise CommandError(f"{owner} has {words} that begins with {prefix!r}.", returncode=MISUSED)
        revoke_token(found[0], by=author, reason=reason)
        self.stdout.write(f"{found[0]} is revoked.")

    def _read(self, file: Path) -> Roster:
        try:
            data = typer.get_binary_stream("stdin").read() if str(file) == "-" else file.read_bytes()
            return accounts.read(data)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.", returncode=MISUSED) from error
        except Refused as error:
            raise CommandError(f"{file}: {error}", returncode=MISUSED) from error


def _person(address: str) -> User:
    try:
        return User.objects.get(email__iexact=address)
    except User.DoesNotExist:
        raise CommandError(f"There is no account with the address {address}.", returncode=MISUSED) from None


def _as_data(token: AccessToken) -> dict[str, Any]:
    return {
        "name": token.name, "prefix": token.prefix, "scopes": token.scopes, "created_at": token.created_at,
        "expires_at": token.expires_at, "last_used_at": token.last_used_at, "revoked_at": token.revoked_at,
    }  # fmt: skip


def _line(token: AccessToken) -> str:
    used = f"used {token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never used"
    ends = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else f"ends {token.expires_at:%Y-%m-%d}"
    return f"{token.prefix}  {','.join(token.scopes)}  {ends}  {used}  {token.name}"


def _summary(roster: Roster, changed: int, dry_run: bool) -> str:
    lines = [f"line {row.number}: {row.email or '-'}: {row.problem}" for row in roster.errors]
    counts = [f"{len(roster.of(change))} {words}" for change, words in MEANING.items()]
    done = "Nothing is written yet" if dry_run else f"{changed} written"
    warning = [roster.warning] if roster.warning else []
    return "\n".join([*warning, *lines, f"{done}: {', '.join(counts)}, {len(roster.errors)} left out."])
