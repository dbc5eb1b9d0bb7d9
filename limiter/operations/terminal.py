"""Commands of several verbs, on django-typer: bad input is one line and exit status 2, no screen of usage."""

from __future__ import annotations

import getpass
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Annotated, Any

import typer
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist, ValidationError
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError, connection
from django_typer.management import TyperCommand

from limiter.gate import GateError

try:
    from psycopg.errors import UndefinedColumn, UndefinedTable
except ImportError:  # another database
    UNDEFINED: tuple[type[Exception], ...] = ()
else:
    UNDEFINED = (UndefinedTable, UndefinedColumn)

PATIENCE = 4.0  # seconds for a connection to the database
AWAY, MISUSED = 1, 2  # exit statuses: something can't be reached; what was asked for can't be

AsJson = Annotated[bool, typer.Option("--json", help="A stable schema, for programs.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why. Kept with the change.")]
Author = Annotated[
    str, typer.Option("--author", default_factory=getpass.getuser, help="Who. You, by default.")
]


class Verbs(TyperCommand):
    """The base of such a command. An error of a verb is one line, by its kind."""

    def run_from_argv(self, argv: list[str]) -> None:
        with answering_soon():
            super().run_from_argv(argv)  # type: ignore[no-untyped-call]

    def say(self, as_data: bool, data: Any, text: str) -> None:
        """An answer, for programs or for people."""
        self.stdout.write(json.dumps(data, indent=2, default=str) if as_data else text)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> Any:
        refusal = _refusal(error)
        if refusal is None:
            return super().__exit__(kind, error, traceback)  # type: ignore[no-untyped-call]
        super().__exit__(None, None, None)  # type: ignore[no-untyped-call]
        if getattr(self, "_called_from_command_line", False) and not self._executing:
            # Before the command began, where Django would not catch it.
            self.stderr.write(f"CommandError: {refusal}")
            sys.exit(refusal.returncode)
        raise refusal from error


def _refusal(error: BaseException | None) -> CommandError | None:
    if error is None or isinstance(error, CommandError):
        return None
    if hasattr(error, "format_message"):  # a click exception: typer brings a click of its own
        return CommandError(str(error.format_message()), returncode=MISUSED)
    if isinstance(error, ValidationError):
        return CommandError(in_one_line(error), returncode=MISUSED)
    if isinstance(error, ObjectDoesNotExist | ImproperlyConfigured):
        return CommandError(str(error), returncode=MISUSED)
    if isinstance(error, GateError):
        return CommandError(f"The gate cannot be reached: {error}", returncode=AWAY)
    if isinstance(error, ProgrammingError) and isinstance(error.__cause__, UNDEFINED):
        return CommandError(
            "The database has not all its tables: manage.py migrate makes them.", returncode=AWAY
        )
    if isinstance(error, OperationalError):
        return CommandError(f"The database cannot be reached: {str(error).strip()}", returncode=AWAY)
    return None


@contextmanager
def answering_soon() -> Iterator[None]:
    """Let a person at a terminal wait a few seconds for the database, and read of it once.

    A process that serves waits longer, and each of its attempts is in the log.
    """
    log = logging.getLogger("psycopg.pool")
    pool, level = connection.settings_dict.get("OPTIONS", {}).get("pool"), log.level
    if isinstance(pool, dict):
        pool["timeout"] = min(pool.get("timeout", PATIENCE), PATIENCE)
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def in_one_line(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        f"{field}: {' '.join(words)}" if field != "__all__" else " ".join(words)
        for field, words in error.message_dict.items()
    )
