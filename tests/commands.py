"""A command's exit status and words, as a script meets them, without the seconds that a process takes."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from subprocess import CompletedProcess

from django.core.management import get_commands, load_command_class


def manage(name: str, *words: str) -> CompletedProcess[str]:
    """As `manage.py NAME WORDS`. It closes the database connections: for tests that commit."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = _status(name, words)
    return CompletedProcess([name, *words], status, out.getvalue(), err.getvalue())


def _status(name: str, words: tuple[str, ...]) -> int:
    try:
        load_command_class(get_commands()[name], name).run_from_argv(["manage.py", name, *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
