"""Checks before Django starts: settings that are right, and servers that answer."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.embedded import EmbeddedServerError, Session

WITHOUT_SERVERS = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "version",
    }
)


def load_settings() -> None:
    """Load the settings; a wrong variable ends the program with one line that names it."""
    try:
        settings.INSTALLED_APPS  # noqa: B018 - the first access loads the module
    except ImproperlyConfigured as problem:
        _give_up(problem, status=2)


def servers_for(arguments: Sequence[str]) -> None:
    """Use the embedded servers until this process ends, where the settings and the command ask for them."""
    if not arguments or arguments[0] in WITHOUT_SERVERS or {"-h", "--help", "--version"} & set(arguments):
        return
    session = None if is_remote(arguments) else embedded_session()
    if session is None:
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that it detaches
    try:
        session.attach()
        session.watch()
    except EmbeddedServerError as problem:
        _give_up(problem, status=1)


def is_remote(arguments: Sequence[str]) -> bool:
    """Whether a site elsewhere does the work: `analyze --server`."""
    return arguments[0] == "analyze" and any(each.split("=")[0] == "--server" for each in arguments)


def embedded_session() -> Session | None:
    """The servers that the settings leave to us, not yet started; None where both are external."""
    postgres, redis = bool(settings.EMBEDDED_POSTGRES), bool(settings.EMBEDDED_REDIS)
    return Session(settings.LAYOUT, postgres=postgres, redis=redis) if postgres or redis else None


def _give_up(problem: Exception, *, status: int) -> NoReturn:
    sys.stderr.write(f"marginalia: {problem}\n")
    raise SystemExit(status)
