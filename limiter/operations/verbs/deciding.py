"""The verbs of the hour: what an operator decides in place of the outcomes."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from django.core.management.base import CommandError
from django_typer.management import command

from limiter import selectors, services
from limiter.configuration.publication import reconcile_configuration
from limiter.gate import BreakerMode
from limiter.operations.terminal import MISUSED, Author, Reason

from .base import Name, UpstreamVerbs

MODES = {"open": BreakerMode.FORCED_OPEN, "close": BreakerMode.FORCED_CLOSED, "auto": BreakerMode.AUTO}


class Deciding(UpstreamVerbs, pretty_exceptions_enable=False):
    @command()
    def breaker(
        self,
        mode: Annotated[str, typer.Argument(help="open, close or auto.", metavar="open|close|auto")],
        upstream: Name,
        reason: Reason,
        author: Author,
    ) -> None:
        """Decide in place of the outcomes, or (auto) no longer.

        Example: limiter breaker open bedrock --reason "AWS announced maintenance"
        """
        if mode not in MODES:
            raise CommandError(f"{mode!r} is no mode: expected open, close or auto.", returncode=MISUSED)
        before = self.known(upstream).version
        after = services.force_breaker(upstream=upstream, mode=MODES[mode], author=author, reason=reason)
        self.report_version(upstream, before, after.version)

    @command()
    def pause(self, upstream: Name, reason: Reason, author: Author) -> None:
        """Admit nothing more. What runs is finished, what waits keeps its place.

        Example: limiter pause bedrock --reason "the bill is being looked at"
        """
        self._pause(upstream, reason, author)

    @command()
    def resume(self, upstream: Name, reason: Reason, author: Author) -> None:
        """Go on after pause or drain, and after a hold that the system began by itself.

        Example: limiter resume bedrock --reason "all is well"
        """
        before = self.known(upstream).version
        after = services.resume(upstream=upstream, author=author, reason=reason)
        self.report_version(upstream, before, after.version)

    @command()
    def drain(
        self,
        upstream: Name,
        reason: Reason,
        author: Author,
        patience: Annotated[float, typer.Option(min=0, help="Seconds to wait at most.")] = 600.0,
    ) -> None:
        """Pause, and wait until nothing is in flight. Exit status 1: something still is.

        Example: limiter drain bedrock --reason "the model is replaced" --patience 300
        """
        self._pause(upstream, reason, author)
        deadline = time.monotonic() + patience
        while left := selectors.upstream_status(upstream).live.in_flight:
            if time.monotonic() >= deadline:
                raise CommandError(f"{left} calls are still in flight.", returncode=1)
            time.sleep(0.2)
        self.stdout.write("Nothing is in flight.")

    @command()
    def reconcile(self) -> None:
        """Publish to the gate whatever it does not have yet: configurations, policies, weights.

        Workers and `manage.py reconcile` do it by themselves; this is for after a restore.
        """
        behind = reconcile_configuration()
        self.stdout.write(f"The gate was behind on {behind} upstreams." if behind else "The gate has it all.")

    def _pause(self, upstream: str, reason: str, author: str) -> None:
        before = self.known(upstream).version
        after = services.change_upstream(
            upstream=upstream, changes={"paused": True}, author=author, reason=reason
        )
        self.report_version(upstream, before, after.version)
