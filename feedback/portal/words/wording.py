"""States in words. What a student reads about waiting, working and ending is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback.messages.words import in_words
from feedback.models import Document, Job
from feedback.selectors.intake.documents import SectionView
from feedback.selectors.work.waiting import Wait, WaitKind

from .wait_text import ahead_in_words, end_in_words, joined, later_in_words, start_of, why_paused

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Words:
    """A state as it reads and looks. Tone and icon only repeat what the label says."""

    label: StrOrPromise
    icon: str  # of static/feedback/icons.svg
    tone: str  # a colour by meaning: waiting, limited, paused, running, done, failed, ended
    detail: StrOrPromise = ""


READING = Words(
    gettext_lazy("Being read"), "book", "running",
    gettext_lazy("The text is being read and split into sections."),
)  # fmt: skip
IN_LINE = Words(gettext_lazy("In line"), "line", "waiting")
HELD = Words(
    gettext_lazy("Accepted"), "line", "waiting", gettext_lazy("It joins the line as soon as there is room.")
)
RATE_LIMIT = Words(
    gettext_lazy("Next, waiting for the rate limit"), "gauge", "limited",
    gettext_lazy("The feedback service takes only so many requests a minute."),
)  # fmt: skip
PAUSED = Words(
    gettext_lazy("Paused"), "pause", "paused",
    gettext_lazy(
        "The feedback service is not available right now. Nothing is lost: the work goes on by itself."
    ),
)  # fmt: skip
RUNNING = Words(gettext_lazy("Feedback is being written"), "pen", "running")
SUMMARISING = Words(gettext_lazy("Summary is being written"), "pen", "running")
DONE = Words(gettext_lazy("Done"), "check", "done")
FAILED = Words(gettext_lazy("Failed"), "alert", "failed")
CANCELLED = Words(gettext_lazy("Cancelled"), "stop", "ended", gettext_lazy("You stopped this."))
REVIEWED = Words(
    gettext_lazy("With your teacher"), "check", "waiting",
    gettext_lazy("Your teacher reads the feedback first. You can read it here once it is released."),
)  # fmt: skip

_WAITING = {WaitKind.PAUSED: PAUSED, WaitKind.RATE_LIMIT: RATE_LIMIT}
_JOB = {
    Job.State.DONE: DONE,
    Job.State.CANCELLED: CANCELLED,
    Job.State.HELD: HELD,
    Job.State.RIDING: IN_LINE,  # on the same work of another person, which stays private
    Job.State.RUNNING: RUNNING,
}


def counted(number: int, noun: str) -> str:
    """ "1 section", "3 sections"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _sections(number: int) -> str:
    return ngettext("%(number)d section", "%(number)d sections", number) % {"number": number}


# One section ----------------------------------------------------------------------------------


def section_words(view: SectionView, wait: Wait | None) -> Words:
    job = view.job
    if job is None:
        return IN_LINE
    if job.state == Job.State.FAILED:
        return replace(FAILED, detail=in_words(job.problem))
    if job.state == Job.State.DONE:
        return replace(DONE, label=_comments(len(view.comments)))
    if job.state == Job.State.WAITING:
        return _waiting_section(view.own_ahead or 0, wait)
    return _JOB[Job.State(job.state)]


def _comments(number: int) -> str:
    if not number:
        return _("Done, no comments")
    return ngettext("%(number)d comment", "%(number)d comments", number) % {"number": number}


def _waiting_section(own_ahead: int, wait: Wait | None) -> Words:
    if wait is not None and wait.kind == WaitKind.PAUSED:
        return replace(PAUSED, detail="")  # the banner says why, once
    if wait is not None and wait.kind == WaitKind.RATE_LIMIT and own_ahead == 0:
        return RATE_LIMIT
    if own_ahead:
        return replace(IN_LINE, detail=ahead_in_words(own_ahead))
    return replace(IN_LINE, detail=joined(_("Your next section."), start_of(wait) if wait else ""))


# A whole document -----------------------------------------------------------------------------


def document_words(
    document: Document,
    *,
    counts: Mapping[str, int],
    wait: Wait | None,
    running: Sequence[int] = (),
) -> Words:
    """A document in words; `counts` is how many sections are in which job state, `running` the numbers of
    those that are being written."""
    total, done = sum(counts.values()), counts.get(Job.State.DONE, 0)
    match document.state:
        case Document.State.RECEIVED:
            return READING
        case Document.State.ANALYSING:
            return _analysing(document, wait, counts, running)
        case Document.State.SUMMARISING:
            looked = _("All %s have been looked at.") % _sections(total)
            return _with_wait(SUMMARISING, document, wait, looked)
        case Document.State.COMPLETE:
            return _complete(done, total)
        case Document.State.FAILED:
            return replace(FAILED, detail=in_words(document.problem))
    return CANCELLED


def _analysing(
    document: Document, wait: Wait | None, counts: Mapping[str, int], running: Sequence[int]
) -> Words:
    total, done = sum(counts.values()), counts.get(Job.State.DONE, 0)
    at_work = counts.get(Job.State.RUNNING, 0)
    base = RUNNING if wait is None or wait.kind == WaitKind.RUNNING else IN_LINE
    return _with_wait(base, document, wait, _progress(total, done, at_work, running))


def _progress(total: int, done: int, at_work: int, running: Sequence[int]) -> str:
    """ "Section 3 of 7 is being written, 2 are done."."""
    if not at_work:
        return _("%(done)d of %(sections)s done.") % {"done": done, "sections": _sections(total)}
    if running:
        numbers = _(" and ").join(filter(None, (", ".join(map(str, running[:-1])), str(running[-1]))))
        writing = ngettext(
            "Section %(numbers)s of %(total)d is being written",
            "Sections %(numbers)s of %(total)d are being written", len(running),
        ) % {"numbers": numbers, "total": total}  # fmt: skip
    else:
        writing = ngettext(
            "%(number)d of %(total)d sections is being written",
            "%(number)d of %(total)d sections are being written", at_work,
        ) % {"number": at_work, "total": total}  # fmt: skip
    if not done:
        return f"{writing}."
    finished = ngettext("%(done)d is done", "%(done)d are done", done) % {"done": done}
    return f"{writing}, {finished}."


def _with_wait(base: Words, document: Document, wait: Wait | None, progress: str) -> Words:
    if wait is None or wait.kind in (WaitKind.RUNNING, WaitKind.READING):
        return replace(base, detail=joined(progress, end_in_words(document, wait)))
    words = _WAITING.get(wait.kind, IN_LINE)
    parts = (
        why_paused(wait) or words.detail, ahead_in_words(wait.own_ahead), start_of(wait),
        later_in_words(wait), end_in_words(document, wait), progress,
    )  # fmt: skip
    return replace(words, detail=joined(*parts))


def _complete(done: int, total: int) -> Words:
    missing = total - done
    if missing:
        return Words(
            _("Complete, with gaps"), "alert", "failed",
            ngettext(
                "%(missing)d section of %(total)d has no feedback.",
                "%(missing)d sections of %(total)d have no feedback.", missing,
            ) % {"missing": missing, "total": total},
        )  # fmt: skip
    return replace(DONE, label=_("Complete"), detail=_("Feedback on %s.") % _sections(total))
