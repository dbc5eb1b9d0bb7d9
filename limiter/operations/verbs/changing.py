"""The verbs that change what an upstream is, and the one that tries it first."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from django.core.management.base import CommandError
from django.utils import timezone
from django_typer.management import command

from limiter import services
from limiter.configuration.dry_run import dry_run
from limiter.models import Upstream
from limiter.operations.reports.changes import changes_as_text
from limiter.operations.reports.dry_run import dry_run_as_json, miss_in_words
from limiter.operations.reports.tables import dry_run_as_table
from limiter.operations.terminal import MISUSED, AsJson, Author, Reason

from .base import MaybeValues, Name, UpstreamVerbs, Values, parsed


class Changing(UpstreamVerbs, pretty_exceptions_enable=False):
    @command("set")
    def set_(self, upstream: Name, values: Values, reason: Reason, author: Author) -> None:
        """Change settings of an upstream, all of them or none.

        Also what its provider is and how it is asked: model, region, temperature, way, tier, ...

        Example: limiter set bedrock requests_per_minute=150 burst=120 --reason "AWS granted the increase"
        """
        before = self.known(upstream).version
        changes = services.change_settings(
            upstream=upstream, changes=parsed(values), author=author, reason=reason
        )
        if not changes:
            self.stdout.write("Nothing changes.")
            return
        after = self.known(upstream).version
        if after != before:
            self.stdout.write(f"{upstream} is at version {after}.")
        self.stdout.write(changes_as_text(changes))

    @command()
    def create(self, upstream: Name, reason: Reason, author: Author, values: MaybeValues = None) -> None:
        """Make an upstream. What is not set has its default; no limit is set by default.

        Example: limiter create provider requests_per_minute=60 burst=5 --reason "the provider's quota"
        """
        if Upstream.objects.filter(name=upstream).exists():
            raise CommandError(f"There is an upstream {upstream!r} already.", returncode=MISUSED)
        changes = parsed(values or [])
        row = services.create_settings(upstream=upstream, changes=changes, author=author, reason=reason)
        self.stdout.write(f"{row.name} is at version {row.version}.")

    @command()
    def delete(self, upstream: Name, reason: Reason, author: Author) -> None:
        """Delete an upstream that nothing uses, with its history.

        Example: limiter delete provider --reason "the contract has ended"
        """
        self.known(upstream)
        services.delete_upstream(upstream=upstream, author=author, reason=reason)
        self.stdout.write(f"{upstream} is deleted.")

    @command()
    def rollback(
        self,
        upstream: Name,
        number: Annotated[int, typer.Argument(metavar="VERSION")],
        reason: Reason,
        author: Author,
    ) -> None:
        """Go back to an earlier version's settings, as a new version.

        Example: limiter rollback bedrock 3 --reason "the new rate was throttled"
        """
        before = self.known(upstream).version
        self.know_version(upstream, number)
        after = services.restore_version(upstream=upstream, version=number, author=author, reason=reason)
        self.report_version(upstream, before, after.version)

    @command("try")
    def try_(
        self,
        upstream: Name,
        values: Values,
        hours: Annotated[float, typer.Option(min=0.01, max=48, help="How far back.")] = 1.0,
        as_json_: AsJson = False,
    ) -> None:
        """A dry run: how the last hour would have gone with these settings. Changes nothing.

        Recorded traffic is replayed in virtual time, under today's settings and under these.

        Example: limiter try bedrock requests_per_minute=60 max_in_flight=40 --hours 3
        """
        self.known(upstream)
        since = timezone.now() - timedelta(hours=hours)
        found = dry_run(upstream=upstream, changes=parsed(values), since=since)
        self.say(as_json_, dry_run_as_json(found), dry_run_as_table(found))
        if not found.calibration.is_trusted:
            raise CommandError(miss_in_words(found), returncode=MISUSED)
