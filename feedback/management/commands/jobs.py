from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Annotated

import typer
from django.core.management import call_command
from django.core.management.base import CommandError
from django_typer.management import command

from feedback.dispatch import job_queue
from feedback.models import Job
from feedback.selectors.work.explaining import Ahead, explain_job, shares_ahead
from feedback.selectors.work.failed_jobs import failures_by_fingerprint
from feedback.selectors.work.jobs import JobFilter, job_known, jobs_wanted
from feedback.services.operations import interventions
from feedback.terminal.ages import age
from feedback.terminal.failures import failures_as_json, failures_as_table
from feedback.terminal.jobs import list_as_json, list_as_table, story_as_json, story_as_text
from limiter.gate.model import Explanation, GateError
from limiter.operations.terminal import MISUSED, AsJson, Author, Reason, Verbs

Ids = Annotated[list[str] | None, typer.Argument(metavar="[JOB]...", help="Ids; or use the filters.")]
State = Annotated[list[Job.State] | None, typer.Option(help="May be repeated.")]
Kind = Annotated[list[Job.Kind] | None, typer.Option(help="May be repeated.")]
Person = Annotated[str, typer.Option("--user", help="Of this e-mail address.")]
Course = Annotated[str, typer.Option(help="Its name or id.")]
Upstream = Annotated[str, typer.Option(help="Its name.")]
Older = Annotated[timedelta | None, typer.Option(parser=age, metavar="AGE", help="Made before: 30m, 2h, 7d.")]
Newer = Annotated[timedelta | None, typer.Option(parser=age, metavar="AGE", help="Made since: 30m, 2h, 7d.")]
Fingerprint = Annotated[
    str, typer.Option(help="Of their failure, or its first digits: `jobs failures` lists them.")
]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list them.")]
OnlyCount = Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")]
Batch = Annotated[int, typer.Option(min=1, max=1000, help="Documents that are deleted in one transaction.")]


class Command(Verbs, pretty_exceptions_enable=False):
    """Look at jobs, and do what the admin and the portal do to them.

    Each change is kept in the audit log, with its author and reason.

    Exit status 0: done. 1: a store cannot be reached. 2: this cannot be done, with the reason in one line.
    """

    @command("list")
    def list_(
        self,
        state: State = None,
        kind: Kind = None,
        user: Person = "",
        course: Course = "",
        upstream: Upstream = "",
        older: Older = None,
        newer: Newer = None,
        fingerprint: Fingerprint = "",
        limit: Limit = 50,
        as_json_: AsJson = False,
    ) -> None:
        """Jobs, the newest first.

        Example: jobs list --state failed --upstream bedrock --newer 2h
        """
        found = JobFilter(state or (), kind or (), user, course, upstream, older, newer, fingerprint)
        self._list(jobs_wanted(found)[: limit + 1], limit, as_json_)

    @command()
    def failures(self, as_json_: AsJson = False) -> None:
        """Failed jobs by fingerprint, the most first: what is one cause is one line.

        Example: jobs failures
        """
        found = failures_by_fingerprint()
        table = failures_as_table(found, colour=self.stdout.isatty())
        self.say(as_json_, failures_as_json(found), table)

    @command()
    def show(
        self, job: Annotated[str, typer.Argument(metavar="JOB", help="Its id.")], as_json_: AsJson = False
    ) -> None:
        """One job: what happened to it, and what it waits for.

        Example: jobs show 0199a3c2-7d1e-7a52-b8e4-0242ac120002
        """
        found = job_known(job)
        waits, ahead = self._explained(found)
        self.say(as_json_, story_as_json(found, waits, ahead), story_as_text(found, waits, ahead))

    @command()
    def retry(
        self,
        reason: Reason,
        author: Author,
        jobs: Ids = None,
        state: State = None,
        kind: Kind = None,
        user: Person = "",
        course: Course = "",
        upstream: Upstream = "",
        older: Older = None,
        newer: Newer = None,
        fingerprint: Fingerprint = "",
        limit: Limit = 1000,
        dry_run: DryRun = False,
        as_json_: AsJson = False,
    ) -> None:
        """Start failed and cancelled jobs again; of a document that has ended, all that it lacks.

        Example: jobs retry --state failed --upstream bedrock --newer 1d --reason "AWS is back"
        """
        if not job_queue.has_workers():
            raise CommandError(
                "Solo runs its jobs in the serving process: start them again in its pages.",
                returncode=MISUSED,
            )
        wanted = JobFilter(state or (), kind or (), user, course, upstream, older, newer, fingerprint)
        found = self._chosen(jobs, wanted, (Job.State.FAILED, Job.State.CANCELLED), limit)
        if dry_run:
            self._list(found, limit, as_json_)
        else:
            self._do(interventions.retry, found, "started again", author, reason, as_json_)

    @command()
    def purge(self, batch: Batch = 100, dry_run: OnlyCount = False, as_json_: AsJson = False) -> None:
        """Delete jobs with documents that are over their time, as `retention purge --only documents` does.

        Example: jobs purge --dry-run
        """
        options = [f"--batch={batch}", *(["--dry-run"] if dry_run else []), *(["--json"] if as_json_ else [])]
        call_command("retention", "purge", "--only=documents", *options, stdout=self.stdout)

    @command()
    def cancel(
        self,
        reason: Reason,
        author: Author,
        jobs: Ids = None,
        state: State = None,
        kind: Kind = None,
        user: Person = "",
        course: Course = "",
        upstream: Upstream = "",
        older: Older = None,
        newer: Newer = None,
        limit: Limit = 1000,
        dry_run: DryRun = False,
        as_json_: AsJson = False,
    ) -> None:
        """End jobs that have not ended. A running call is cut; what can't go on without the job ends too.

        Example: jobs cancel --user ada@example.org --state waiting --reason "sent by mistake"
        """
        wanted = JobFilter(state or (), kind or (), user, course, upstream, older, newer)
        found = self._chosen(jobs, wanted, Job.OPEN, limit)
        if dry_run:
            self._list(found, limit, as_json_)
        else:
            self._do(interventions.cancel, found, "cancelled", author, reason, as_json_)

    def _chosen(
        self, ids: list[str] | None, wanted: JobFilter, states: Iterable[Job.State], limit: int
    ) -> list[Job]:
        """The jobs named, or those that the filters leave of these states. Everything is never meant."""
        if ids and wanted:
            raise CommandError("Name jobs or use filters, not both.", returncode=MISUSED)
        if ids:
            return [job_known(each) for each in ids]
        if not wanted:
            raise CommandError("Name jobs, or say with filters which ones.", returncode=MISUSED)
        return list(jobs_wanted(wanted).filter(state__in=states)[:limit])

    def _do(
        self, what: Callable[..., int], jobs: list[Job], words: str, author: str, reason: str, as_data: bool
    ) -> None:
        """Each in a transaction of its own: where one fails, those before it stand."""
        done = {str(job.pk): int(what(job, author=author, reason=reason)) for job in jobs}
        total, left = sum(done.values()), sum(not number for number in done.values())
        spared = f" {left} needed nothing: they had moved on." if left else ""
        data = {"schema": 1, "looked_at": len(done), words.replace(" ", "_"): total, "jobs": done}
        self.say(as_data, data, f"{total} jobs {words}.{spared}")

    def _list(self, jobs: Iterable[Job], limit: int, as_data: bool) -> None:
        found = list(jobs)
        shown = found[:limit]
        table = list_as_table(shown, more=len(found) > limit, colour=self.stdout.isatty())
        self.say(as_data, list_as_json(shown), table)

    def _explained(self, job: Job) -> tuple[Explanation | None, list[Ahead]]:
        """None: it waits for nothing of the gate's, or the gate is away, which hides nothing else."""
        try:
            waits = explain_job(job)
            return waits, shares_ahead(job, waits) if waits else []
        except GateError as error:
            self.stderr.write(f"The gate cannot be reached: {error}")
            return None, []
