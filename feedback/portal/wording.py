"""States in words. What a student reads about waiting, working and ending is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from feedback.models import Document, Job
from feedback.selectors.documents import SectionView
from feedback.selectors.waiting import Wait, WaitKind

from .times import start_in_words


@dataclass(frozen=True, slots=True)
class Words:
    """A state as it reads and looks. Tone and icon only repeat what the label says."""

    label: str
    icon: str  # of static/feedback/icons.svg
    tone: str  # a colour by meaning: waiting, limited, paused, running, done, failed, ended
    detail: str = ""


READING = Words("Being read", "book", "running", "The text is being read and split into sections.")
IN_LINE = Words("In line", "line", "waiting")
HELD = Words("Accepted", "line", "waiting", "It joins the line as soon as there is room.")
RATE_LIMIT = Words(
    "Next, waiting for the rate limit", "gauge", "limited",
    "The feedback service takes only so many requests a minute.",
)  # fmt: skip
PAUSED = Words(
    "Paused", "pause", "paused",
    "The feedback service is not available right now. Nothing is lost: the work goes on by itself.",
)  # fmt: skip
RUNNING = Words("Feedback is being written", "pen", "running")
SUMMARISING = Words("Summary is being written", "pen", "running")
DONE = Words("Done", "check", "done")
FAILED = Words("Failed", "alert", "failed")
CANCELLED = Words("Cancelled", "stop", "ended", "You stopped this.")

_WAITING = {WaitKind.PAUSED: PAUSED, WaitKind.RATE_LIMIT: RATE_LIMIT}
_JOB = {
    Job.State.DONE: DONE,
    Job.State.CANCELLED: CANCELLED,
    Job.State.HELD: HELD,
    Job.State.RUNNING: RUNNING,
}


def counted(number: int, noun: str) -> str:
    """ "1 section", "3 sections"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# One section ----------------------------------------------------------------------------------


def section_words(view: SectionView, wait: Wait | None) -> Words:
    job = view.job
    if job is None:
        return IN_LINE
    if job.state == Job.State.FAILED:
        return replace(FAILED, detail=job.problem)
    if job.state == Job.State.DONE:
        return replace(DONE, label=_comments(len(view.comments)))
    if job.state == Job.State.WAITING:
        return _waiting_section(view.own_ahead or 0, wait)
    return _JOB[Job.State(job.state)]


def _comments(number: int) -> str:
    return counted(number, "comment") if number else "Done, no comments"


def _waiting_section(own_ahead: int, wait: Wait | None) -> Words:
    if wait is not None and wait.kind == WaitKind.PAUSED:
        return replace(PAUSED, detail="")  # the banner says why, once
    if wait is not None and wait.kind == WaitKind.RATE_LIMIT and own_ahead == 0:
        return RATE_LIMIT
    if own_ahead:
        return replace(IN_LINE, detail=_ahead(own_ahead))
    starts = start_in_words(wait.earliest_in, wait.latest_in) if wait else ""
    return replace(IN_LINE, detail=f"Your next section. {starts}".strip())


def _ahead(own: int) -> str:
    """How many own sections come before: a number that never rises, unlike a rank among everybody."""
    return f"{counted(own, 'section')} of yours {'is' if own == 1 else 'are'} ahead." if own else ""


# A whole document -----------------------------------------------------------------------------


def document_words(document: Document, *, counts: Mapping[str, int], wait: Wait | None = None) -> Words:
    """A document in words; `counts` is how many sections are in which job state."""
    total, done = sum(counts.values()), counts.get(Job.State.DONE, 0)
    match document.state:
        case Document.State.RECEIVED:
            return READING
        case Document.State.ANALYSING:
            return _analysing(wait, done, total, counts.get(Job.State.RUNNING, 0))
        case Document.State.SUMMARISING:
            return _with_wait(SUMMARISING, wait, f"All {counted(total, 'section')} have been looked at.")
        case Document.State.COMPLETE:
            return _complete(done, total)
        case Document.State.FAILED:
            return replace(FAILED, detail=document.problem)
    return CANCELLED


def _analysing(wait: Wait | None, done: int, total: int, running: int) -> Words:
    progress = f"{done} of {counted(total, 'section')} done" if done else f"{counted(total, 'section')}"
    if running:
        progress += f", {running} being worked on"
    base = RUNNING if wait is None or wait.kind == WaitKind.RUNNING else IN_LINE
    if wait is None and not done and not running:
        base = IN_LINE
    return _with_wait(base, wait, f"{progress}.")


def _with_wait(base: Words, wait: Wait | None, progress: str) -> Words:
    if wait is None or wait.kind in (WaitKind.RUNNING, WaitKind.READING):
        return replace(base, detail=progress)
    words = _WAITING.get(wait.kind, IN_LINE)
    starts = start_in_words(wait.earliest_in, wait.latest_in)
    parts = (words.detail, _ahead(wait.own_ahead), starts, progress)
    return replace(words, detail=" ".join(filter(None, parts)))


def _complete(done: int, total: int) -> Words:
    missing = total - done
    if missing:
        return Words(
            "Complete, with gaps", "alert", "failed",
            f"{counted(missing, 'section')} of {total} could not be given feedback.",
        )  # fmt: skip
    return replace(DONE, label="Complete", detail=f"Feedback on {counted(total, 'section')}.")
