"""A finished document as data: what `manage.py analyze --json` prints and exports build on."""

from __future__ import annotations

from typing import Any

from django.db.models import Min

from feedback.documents import words_in
from feedback.messages.words import in_english
from feedback.models import Comment, Document, Feedback, Job, Section
from feedback.selectors.intake.origin import origin_of
from feedback.selectors.intake.visibility import feedback_visible


def report_of(document: Document) -> dict[str, Any]:
    """The document, its sections with their comments, the summary, timings and its author.

    Offsets of comments count characters in their section's text: text[start:end] is the quote.
    Feedback that a teacher reviews first is not in it before its release.
    """
    visible = feedback_visible(document)
    given = document.feedback.prefetch_related("comments") if visible else ()
    feedback = {item.section_id: item for item in given}
    jobs = {job.target: job for job in document.jobs.exclude(kind=Job.Kind.SPLIT) if job.section_id}
    sections = [
        _section(document, section, feedback.get(section.pk), jobs.get(section.pk))
        for section in document.sections.all()
    ]
    return {
        "document": {
            "id": str(document.pk),
            "title": document.title,
            "state": document.state,
            "words": words_in(document.text),
            "warnings": [in_english(warning) for warning in document.warnings],
            "under_review": not visible,
        },
        "sections": sections,
        "summary": _feedback(feedback[None]) if None in feedback else None,
        "timings": _timings(document),
        "provider": _provider(document, feedback),
        "origin": dict(origin_of(document, list(feedback.values()))),
    }


def _section(document: Document, section: Section, given: Feedback | None, job: Job | None) -> dict[str, Any]:
    return {
        "id": str(section.pk),
        "heading": section.heading,
        "heading_path": section.heading_path,
        "start": section.start,
        "end": section.end,
        "text": document.text[section.start : section.end],
        "state": job.state if job else "",
        "problem": in_english(job.problem) if job else "",
        **(_feedback(given) if given else {"comments": []}),
    }


def _feedback(feedback: Feedback) -> dict[str, Any]:
    return {
        "summary": feedback.summary,
        "strengths": feedback.strengths,
        "next_steps": feedback.next_steps,
        "levels": feedback.levels,
        "comments": [_comment(comment) for comment in feedback.comments.all()],
    }


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "kind": comment.kind,
        "quote": comment.quote,
        "start": comment.start,
        "end": comment.end,
        "message": comment.message,
        "suggestion": comment.suggestion,
        "criterion": comment.criterion,
    }


def _timings(document: Document) -> dict[str, Any]:
    """Seconds since submission until the first call started, and until the end."""
    calls = document.jobs.filter(kind=Job.Kind.ANALYSE)
    first = calls.aggregate(first=Min("started_at"))["first"]
    return {
        "submitted_at": document.created_at.isoformat(),
        "first_call_after": (first - document.created_at).total_seconds() if first else None,
        "total": (document.finished_at - document.created_at).total_seconds()
        if document.finished_at
        else None,
    }


def _provider(document: Document, feedback: dict[Any, Feedback]) -> dict[str, Any]:
    given = next(iter(feedback.values()), None)
    return {
        "upstream": document.upstream,
        "name": given.provider if given else "",
        "model": given.model if given else "",
        "simulated": given.simulated if given else False,
    }
