"""The verbs of the file: what is in force, written down, and brought to what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from django.core.management.base import CommandError
from django_typer.management import command

from limiter.configuration import filed
from limiter.operations.reports.changes import applied_as_text
from limiter.operations.terminal import MISUSED, Author

from .base import UpstreamVerbs

DRIFTED = 1  # exit status


class Filing(UpstreamVerbs, pretty_exceptions_enable=False):
    @command()
    def export(self) -> None:
        """Every upstream, plan and group as a file, to be kept and reviewed.

        Example: limiter export > limits.json
        """
        self.stdout.write(json.dumps(filed.exported(), indent=2, default=str))

    @command("apply")
    def apply_(
        self,
        author: Author,
        file: Annotated[
            Path | None,
            typer.Argument(
                help="TOML, or JSON as `limiter export` writes it. Default: LIMITER_UPSTREAMS, LIMITER_PLANS "
                "and LIMITER_GROUPS of the settings."
            ),
        ] = None,
        reason: Annotated[
            str, typer.Option("--reason", "-r", help="Why. Default: that a file says so.")
        ] = "",
        diff_only: Annotated[bool, typer.Option("--diff", help="Show what would change, and stop.")] = False,
        check: Annotated[
            bool, typer.Option("--check", help="The same; exit status 1 where something would.")
        ] = False,
        force: Annotated[bool, typer.Option("--force", help="Also what somebody has edited since.")] = False,
        prune: Annotated[
            bool,
            typer.Option(
                "--prune", help="Delete upstreams, plans and groups that its tables lack and nothing uses."
            ),
        ] = False,
    ) -> None:
        """Bring upstreams, plans and groups to what a file says, all of it or nothing; make what is missing.

        What it does not name stays, and what somebody has edited since the last time too. The same again
        changes nothing.

        Example: limiter apply limits.toml --check
        """
        said = _read(file)
        if diff_only or check:
            found = filed.difference(said, force=force, prune=prune)
        else:
            why = reason or (f"As {file.name} says." if file else "As the settings say.")
            found = filed.apply(said, author=author, reason=why, force=force, prune=prune)
        self.stdout.write(applied_as_text(found))
        if check and found:
            raise CommandError("What is in force is not what the file says.", returncode=DRIFTED)


def _read(file: Path | None) -> filed.Filed:
    """What a file or the setting says. Raises CommandError and ValidationError."""
    try:
        return filed.declared() if file is None else filed.read(file)
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} can't be read: {error}", returncode=MISUSED) from error
