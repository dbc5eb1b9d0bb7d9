"""Jobs for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from rich.markup import escape
from rich.table import Table

from feedback.messages.errors import error_in_words
from feedback.messages.model import message_of
from feedback.messages.words import in_english
from feedback.models import Job, JobEvent
from feedback.selectors.work.explaining import Ahead
from limiter.gate import Explanation
from limiter.operations.reports.changes import explanation_as_text

from .output import moment, printed, span

SCHEMA = 1  # raised when a field is taken away or changes its meaning
COLOURS = {Job.State.FAILED: "red", Job.State.RUNNING: "green", Job.State.DONE: "dim"}
SINCE = {Job.State.RUNNING: "started_at", Job.State.WAITING: "waiting_since"}


def list_as_json(jobs: Sequence[Job]) -> dict[str, Any]:
    return {"schema": SCHEMA, "jobs": [job_as_data(job) for job in jobs]}


def job_as_data(job: Job) -> dict[str, Any]:
    """Moments as ISO 8601 in UTC. No word of the student's text is in it."""
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "state": job.state,
        "document": str(job.document_id),
        "section": str(job.section_id) if job.section_id else None,
        "user": job.document.owner.email,
        "course": _course(job) or None,
        "upstream": job.upstream or None,
        "queue": job.queue,
        "priority": job.priority,
        "attempt": job.attempt,
        "failures": job.failures,
        "outcome": job.outcome or None,
        "problem": in_english(job.problem) or None,
        "error": error_in_words(job.error) or None,
        **{
            name: moment(getattr(job, name))
            for name in ("created_at", "waiting_since", "started_at", "finished_at", "settled_at")
        },
    }


def list_as_table(jobs: Sequence[Job], *, more: bool, colour: bool) -> str:
    if not jobs:
        return "No such jobs."
    table = Table("Job", "Kind", "State", "Since", "User", "Course", "Upstream", "Runs", "Problem")
    for job in jobs:
        style = COLOURS.get(Job.State(job.state), "")
        table.add_row(
            str(job.pk),
            job.kind,
            f"[{style}]{job.state}[/]" if style else job.state,
            _since(job),
            escape(job.document.owner.email),
            escape(_course(job)),
            job.upstream or "-",
            str(job.attempt),
            escape(error_in_words(job.error or job.problem).split("\n", 1)[0][:60]),
        )
    table.columns[0].no_wrap = True
    words = "There are more: narrow it down, or raise --limit." if more else ""
    return "\n".join(filter(None, [printed(table, colour=colour), words]))


def story_as_json(job: Job, found: Explanation | None, ahead: Sequence[Ahead] = ()) -> dict[str, Any]:
    events = [
        {"at": moment(event.at), "kind": event.kind, "attempt": event.attempt, "detail": _detail(event)}
        for event in job.events.all()
    ]
    waits = {**asdict(found), "ahead": [asdict(each) for each in ahead]} if found else None
    return {"schema": SCHEMA, "job": job_as_data(job), "events": events, "waits_for": waits}


def story_as_text(job: Job, found: Explanation | None, ahead: Sequence[Ahead] = ()) -> str:
    lines = [
        f"{job.get_kind_display()}: {job.get_state_display().lower()} for {_since(job)}.",
        f"“{job.document.title}” of {job.document.owner.email}, {_course(job) or 'outside courses'}.",
        f"Document {job.document_id}; queue {job.queue}, upstream {job.upstream or 'none'}.",
    ]
    lines += [f"The student reads: {in_english(job.problem)}"] if job.problem else []
    lines += [f"The error: {error_in_words(job.error)}"] if job.error else []
    lines += [explanation_as_text(job.upstream, found)] if found else []
    lines += [ahead_as_text(ahead)] if ahead else []
    return "\n".join([*lines, "", *(_event_line(event) for event in job.events.all())])


def ahead_as_text(ahead: Sequence[Ahead]) -> str:
    """The people ahead, by name (for operators only); empty where there are none."""
    shares = ", ".join(f"{each.who} {each.share:.0%} ({each.jobs})" for each in ahead)
    return f"Whose: {shares}." if shares else ""


def event_as_text(event: JobEvent) -> str:
    """In one line, its details included, without its moment."""
    details = ", ".join(f"{name}: {value}" for name, value in _detail(event).items())
    run = f" (run {event.attempt})" if event.attempt else ""
    return f"{event.get_kind_display()}{run}{': ' if details else ''}{details}"


def _detail(event: JobEvent) -> dict[str, Any]:
    """Its details, the error among them in words."""
    if error := event.detail.get("error"):
        return {**event.detail, "error": error_in_words(message_of(error))}
    return dict(event.detail)


def _event_line(event: JobEvent) -> str:
    return f"  {event.at:%d %b %H:%M:%S}  {event_as_text(event)}"


def _since(job: Job) -> str:
    """How long it is in its state."""
    name = SINCE.get(Job.State(job.state), "finished_at" if job.ended else "created_at")
    return span(timezone.now() - (getattr(job, name) or job.created_at))


def _course(job: Job) -> str:
    return str(job.document.assignment.course) if job.document.assignment else ""
