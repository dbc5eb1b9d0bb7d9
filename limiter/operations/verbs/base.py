"""What the verbs have in common: they name an upstream and its settings, and report what became of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from django.core.management.base import CommandError

from limiter.configuration.companion import companion_settings
from limiter.configuration.history import config_diff
from limiter.configuration.publication import SETTINGS, body_of
from limiter.models import ConfigVersion, Upstream
from limiter.operations.reports.changes import changes_as_text
from limiter.operations.terminal import MISUSED, Verbs

Name = Annotated[str, typer.Argument(help="The upstream.", metavar="UPSTREAM")]
Values = Annotated[
    list[str],
    typer.Argument(
        help="As often as needed; nothing after the = takes a limit away.", metavar="SETTING=VALUE..."
    ),
]
MaybeValues = Annotated[
    list[str] | None, typer.Argument(help="As often as needed.", metavar="[SETTING=VALUE...]")
]


class UpstreamVerbs(Verbs, pretty_exceptions_enable=False):
    def known(self, name: str) -> Upstream:
        row = Upstream.objects.filter(name=name).first()
        if row is None:
            raise CommandError(f"there is no upstream {name!r}", returncode=MISUSED)
        return row

    def know_version(self, upstream: str, number: int) -> None:
        if not ConfigVersion.objects.filter(upstream=upstream, version=number).exists():
            raise CommandError(f"There is no version {number} of {upstream}.", returncode=MISUSED)

    def report_version(self, upstream: str, before: int, after: int) -> None:
        if before == after:
            self.stdout.write(f"{upstream} stays at version {after}: nothing changes.")
            return
        self.stdout.write(f"{upstream} is at version {after}.")
        self.stdout.write(changes_as_text(config_diff(upstream, before, after)))


def parsed(values: list[str]) -> dict[str, Any]:
    """SETTING=VALUE pairs as a service reads them. Raises CommandError."""
    changes: dict[str, Any] = {}
    empty = body_of(Upstream(name="empty"))
    for pair in values:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandError(f"{pair!r} is no SETTING=VALUE.", returncode=MISUSED)
        if name in companion_settings():
            changes[name] = value
        elif name in SETTINGS:
            changes[name] = value or (None if empty[name] is None else empty[name])
        else:
            raise CommandError(f"{name} is not a setting of an upstream.", returncode=MISUSED)
    return changes
