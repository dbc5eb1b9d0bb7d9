from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from django.core.management.base import CommandError
from django.utils import timezone
from django_typer.management import command

from limiter import selectors, services
from limiter.configuration import applied, filed
from limiter.configuration.companion import companion_settings
from limiter.configuration.dry_run import dry_run
from limiter.configuration.history import config_diff, last_events
from limiter.configuration.publication import SETTINGS, body_of, reconcile_configuration
from limiter.gate import BreakerMode, Explanation
from limiter.gates import MEMORY, backend
from limiter.models import ConfigVersion, Upstream
from limiter.operations.report import as_json
from limiter.operations.report_changes import (
    applied_as_text,
    changes_as_text,
    explanation_as_json,
    explanation_as_text,
    history_as_json,
)
from limiter.operations.report_dry_run import dry_run_as_json, miss_in_words
from limiter.operations.tables import as_table, dry_run_as_table, history_as_table
from limiter.operations.terminal import MISUSED, AsJson, Author, Reason, Verbs

MODES = {"open": BreakerMode.FORCED_OPEN, "close": BreakerMode.FORCED_CLOSED, "auto": BreakerMode.AUTO}

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
DRIFTED = 1  # exit status


class Command(Verbs, pretty_exceptions_enable=False):
    """Look at the limiter and change it.

    Every change needs a --reason, is kept in the history with its author, and acts at the next decision.

    Exit status 0: done. 1: the gate cannot be reached, or a file says otherwise. 2: this cannot be done, with
    the reason in one line.
    """

    @command()
    def status(
        self,
        upstream: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
        as_json_: AsJson = False,
    ) -> None:
        """Each upstream: bucket, rate, breaker, in flight, in line, flows.

        Example: limiter status --upstream bedrock --json
        """
        for name in upstream or ():
            self._known(name)
        names = upstream or list(Upstream.objects.values_list("name", flat=True))
        statuses = [selectors.upstream_status(name) for name in names]
        if backend() == MEMORY:
            self.stderr.write(
                "Solo keeps its line inside the serving process: these are this process's figures."
            )
        self.say(as_json_, as_json(statuses), as_table(statuses, colour=self.stdout.isatty()))

    @command("set")
    def set_(self, upstream: Name, values: Values, reason: Reason, author: Author) -> None:
        """Change settings of an upstream, all of them or none.

        Also what its provider is and how it is asked: model, region, temperature, way, tier, ...

        Example: limiter set bedrock requests_per_minute=150 burst=120 --reason "AWS granted the increase"
        """
        before = self._known(upstream).version
        changes = services.change_settings(
            upstream=upstream, changes=_parsed(values), author=author, reason=reason
        )
        if not changes:
            self.stdout.write("Nothing changes.")
            return
        after = self._known(upstream).version
        if after != before:
            self.stdout.write(f"{upstream} is at version {after}.")
        self.stdout.write(changes_as_text(changes))

    @command()
    def history(
        self,
        upstream: Name,
        events: Annotated[
            bool, typer.Option("--events", help="What the gate did by itself instead.")
        ] = False,
        count: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20,
        as_json_: AsJson = False,
    ) -> None:
        """Every version with its author and reason; or the moves of breaker and rates.

        Example: limiter history bedrock --events
        """
        self._known(upstream)
        if events:
            rows: list[Any] = last_events(upstream, count=count)
        else:
            rows = selectors.config_versions(upstream)[:count]
        self.say(as_json_, history_as_json(rows), history_as_table(rows))

    @command()
    def diff(
        self,
        upstream: Name,
        older: Annotated[int, typer.Argument(help="A version.")],
        newer: Annotated[int | None, typer.Argument(help="Another. Default: the one in force.")] = None,
        as_json_: AsJson = False,
    ) -> None:
        """What became different from one version to another.

        Example: limiter diff bedrock 3 5
        """
        newer = newer or self._known(upstream).version
        for number in (older, newer):
            self._know_version(upstream, number)
        changes = config_diff(upstream, older, newer)
        data = [{"setting": each.name, "before": each.before, "after": each.after} for each in changes]
        self.say(as_json_, {"schema": 1, "changes": data}, changes_as_text(changes))

    @command()
    def export(self) -> None:
        """Every upstream's settings as a file, to be kept and reviewed.

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
                help="TOML, or JSON as `limiter export` writes it. None: the setting LIMITER_UPSTREAMS."
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
            bool, typer.Option("--prune", help="Delete upstreams that are not in it and unused.")
        ] = False,
    ) -> None:
        """Bring upstreams to what a file says, and make those that are missing: all of it or nothing.

        What it does not name stays, and what somebody has edited since the last time too. The same again
        changes nothing.

        Example: limiter apply limits.toml --check
        """
        upstreams = _read(file)
        if diff_only or check:
            found = applied.difference(upstreams, force=force, prune=prune)
        else:
            why = reason or f"As {file.name if file else 'LIMITER_UPSTREAMS'} says."
            found = applied.apply(upstreams, author=author, reason=why, force=force, prune=prune)
        self.stdout.write(applied_as_text(found))
        if check and found:
            raise CommandError("What is in force is not what the file says.", returncode=DRIFTED)

    @command()
    def create(self, upstream: Name, reason: Reason, author: Author, values: MaybeValues = None) -> None:
        """Make an upstream. What is not set has its default; no limit is set by default.

        Example: limiter create provider requests_per_minute=60 burst=5 --reason "the provider's quota"
        """
        if Upstream.objects.filter(name=upstream).exists():
            raise CommandError(f"There is an upstream {upstream!r} already.", returncode=MISUSED)
        changes = _parsed(values or [])
        row = services.create_settings(upstream=upstream, changes=changes, author=author, reason=reason)
        self.stdout.write(f"{row.name} is at version {row.version}.")

    @command()
    def delete(self, upstream: Name, reason: Reason, author: Author) -> None:
        """Delete an upstream that nothing uses, with its history.

        Example: limiter delete provider --reason "the contract has ended"
        """
        self._known(upstream)
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
        before = self._known(upstream).version
        self._know_version(upstream, number)
        after = services.restore_version(upstream=upstream, version=number, author=author, reason=reason)
        self._report_version(upstream, before, after.version)

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
        self._known(upstream)
        since = timezone.now() - timedelta(hours=hours)
        found = dry_run(upstream=upstream, changes=_parsed(values), since=since)
        self.say(as_json_, dry_run_as_json(found), dry_run_as_table(found))
        if not found.calibration.is_trusted:
            raise CommandError(miss_in_words(found), returncode=MISUSED)

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
        before = self._known(upstream).version
        after = services.force_breaker(upstream=upstream, mode=MODES[mode], author=author, reason=reason)
        self._report_version(upstream, before, after.version)

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
        before = self._known(upstream).version
        after = services.resume(upstream=upstream, author=author, reason=reason)
        self._report_version(upstream, before, after.version)

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

    @command()
    def explain(self, job: Annotated[str, typer.Argument(help="Its id.")], as_json_: AsJson = False) -> None:
        """What a job waits for: the limit in force, what is ahead, and when.

        Example: limiter explain 0199a3c2-7d1e-7a52-b8e4-0242ac120002
        """
        upstream, found = self._where(job)
        self.say(as_json_, explanation_as_json(job, upstream, found), explanation_as_text(upstream, found))

    @command()
    def library(self) -> None:
        """Print the library of functions that the gate loads into Redis, to be loaded by hand.

        Example: limiter library | redis-cli -x FUNCTION LOAD
        """
        from limiter.functions import LIBRARY

        self.stdout.write(LIBRARY.text, ending="")

    def _where(self, job: str) -> tuple[str, Explanation]:
        found = selectors.explain_anywhere(job)
        if found is None:
            raise CommandError(f"No job {job} is known.", returncode=MISUSED)
        return found

    def _pause(self, upstream: str, reason: str, author: str) -> None:
        before = self._known(upstream).version
        after = services.change_upstream(
            upstream=upstream, changes={"paused": True}, author=author, reason=reason
        )
        self._report_version(upstream, before, after.version)

    def _known(self, name: str) -> Upstream:
        row = Upstream.objects.filter(name=name).first()
        if row is None:
            raise CommandError(f"there is no upstream {name!r}", returncode=MISUSED)
        return row

    def _know_version(self, upstream: str, number: int) -> None:
        if not ConfigVersion.objects.filter(upstream=upstream, version=number).exists():
            raise CommandError(f"There is no version {number} of {upstream}.", returncode=MISUSED)

    def _report_version(self, upstream: str, before: int, after: int) -> None:
        if before == after:
            self.stdout.write(f"{upstream} stays at version {after}: nothing changes.")
            return
        self.stdout.write(f"{upstream} is at version {after}.")
        self.stdout.write(changes_as_text(config_diff(upstream, before, after)))


def _read(file: Path | None) -> filed.Filed:
    """What a file or the setting says. Raises CommandError and ValidationError."""
    try:
        return filed.declared() if file is None else filed.read(file)
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} can't be read: {error}", returncode=MISUSED) from error


def _parsed(values: list[str]) -> dict[str, Any]:
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
