"""The verbs that read: what is so, what was, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from django.core.management.base import CommandError
from django_typer.management import command

from limiter import selectors
from limiter.configuration.history import config_diff, last_events
from limiter.gate import Explanation
from limiter.gates import MEMORY, backend
from limiter.models import Upstream
from limiter.named.places.standing import concurrency_in_use
from limiter.operations.reports.changes import (
    changes_as_text,
    explanation_as_json,
    explanation_as_text,
    history_as_json,
)
from limiter.operations.reports.tables import as_table, concurrency_as_table, history_as_table
from limiter.operations.reports.upstreams import as_json, concurrency_as_json
from limiter.operations.terminal import MISUSED, AsJson

from .base import Name, UpstreamVerbs


class Reading(UpstreamVerbs, pretty_exceptions_enable=False):
    @command()
    def status(
        self,
        upstream: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
        as_json_: AsJson = False,
    ) -> None:
        """Each upstream: bucket, rate, breaker, in flight, in line, flows. Each limit of CONCURRENCY.

        Example: limiter status --upstream bedrock --json
        """
        for name in upstream or ():
            self.known(name)
        names = upstream or list(Upstream.objects.values_list("name", flat=True))
        statuses = [selectors.upstream_status(name) for name in names]
        if backend() == MEMORY:
            self.stderr.write(
                "Solo keeps its line inside the serving process: these are this process's figures."
            )
        named = concurrency_in_use() if not upstream else []
        data = as_json(statuses) | ({} if upstream else {"concurrency": concurrency_as_json(named)})
        text = as_table(statuses, colour=self.stdout.isatty())
        self.say(as_json_, data, "\n".join([text, *([concurrency_as_table(named)] if named else [])]))

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
        self.known(upstream)
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
        newer = newer or self.known(upstream).version
        for number in (older, newer):
            self.know_version(upstream, number)
        changes = config_diff(upstream, older, newer)
        data = [{"setting": each.name, "before": each.before, "after": each.after} for each in changes]
        self.say(as_json_, {"schema": 1, "changes": data}, changes_as_text(changes))

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
