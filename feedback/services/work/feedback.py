"""The recording of a provider's answer as feedback: sanitised, kept honest, anchored to the text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from feedback import documents
from feedback.dispatch import requests
from feedback.dispatch.upstreams import provider_for
from feedback.documents.sanitise import clean
from feedback.models import Comment, Feedback, Job
from feedback.providers.base import Comment as Remark
from feedback.providers.base import Finished
from feedback.providers.honesty import Level, cautions_of, levels_of
from feedback.services.teaching import calibration, reactions
from feedback.services.teaching.editing import late
from limiter.base.prepared import Given, Prepared, insert


def record_feedback(
    job: Job, finished: Finished, *, fingerprint: str = "", provisional: bool = False
) -> Feedback:
    """Store the answer for the job's section (or whole document), in place of an earlier one.

    What its reader made of a comment that stands in both is kept, and so is what a teacher changed.

    `fingerprint` names the request that it answers, so that an equal one needs no other call."""
    earlier = _earlier(job)
    answers = reactions.reactions_to(earlier.comments.all()) if earlier is not None else {}
    changed = late.kept_of(earlier)
    if earlier is not None:
        earlier.delete()
    feedback = _feedback(job, finished, fingerprint, provisional=provisional)
    insert([feedback])
    comments = _comments(feedback, job, finished)
    insert(comments)
    reactions.carry_on(answers, comments)
    late.keep_in(feedback, changed)
    return feedback


def record_for_sections(
    answers: Sequence[tuple[Job, Finished, str]], *, standing: Collection[UUID | None]
) -> None:
    """Store the answers for the sections of some jobs, each with its request's fingerprint.

    `standing` are the sections that have feedback.
    """
    for job, finished, fingerprint in answers:
        if job.section_id in standing:
            record_feedback(job, finished, fingerprint=fingerprint)
    new = [
        (_feedback(job, finished, fingerprint), job, finished)
        for job, finished, fingerprint in answers
        if job.section_id not in standing
    ]
    insert([feedback for feedback, *_ in new])
    insert([comment for each in new for comment in _comments(*each)])


def _feedback(job: Job, finished: Finished, fingerprint: str, *, provisional: bool = False) -> Feedback:
    provider = provider_for(job.upstream)
    output, text = finished.output, _text(job)
    return Feedback(
        document_id=job.document_id,
        section_id=job.section_id,
        job=job,
        provider=provider.name,
        model=finished.model,
        written_with=provider.version[:200],
        simulated=provider.simulated,
        provisional=provisional,
        fingerprint=fingerprint,
        summary=clean(output.summary),
        strengths=[clean(s) for s in output.strengths],
        next_steps=[clean(s) for s in output.next_steps],
        levels=_levels(job, finished, text),
        cautions=cautions_of(output, text, by_model=provider.name != "offline"),
    )


def _levels(job: Job, finished: Finished, text: str) -> list[Level]:
    """Of the assignment's own criteria, held to its teacher's levels where they are."""
    assignment = job.document.assignment
    levels = list(levels_of(finished.output.levels, requests.task_of(assignment).criteria, text))
    if not levels:
        return []
    provider = provider_for(job.upstream).name
    return list(calibration.corrected(levels, assignment, provider))


def _text(job: Job) -> str:
    return job.section.text if job.section else job.document.text


OF_SECTION = Prepared(lambda: Feedback.objects.filter(section=Given("section")))


def _earlier(job: Job) -> Feedback | None:
    """What stands there, from a run before or from the time when the provider was away."""
    if job.section_id is not None:
        return OF_SECTION.first(section=job.section_id)
    return Feedback.objects.filter(document=job.document_id, section=None).first()


def _comments(feedback: Feedback, job: Job, finished: Finished) -> list[Comment]:
    text = _text(job)
    remarks = enumerate(finished.output.comments)
    return [_comment(feedback, position, remark, text) for position, remark in remarks]


def _comment(feedback: Feedback, position: int, remark: Remark, text: str) -> Comment:
    span = documents.anchor(text, remark.quote) if remark.quote.strip() else None
    return Comment(
        feedback=feedback,
        position=position,
        kind=remark.kind,
        quote=text[span.start : span.end] if span else clean(remark.quote),
        start=span.start if span else None,
        end=span.end if span else None,
        message=clean(remark.message),
        suggestion=clean(remark.suggestion),
        criterion=clean(remark.criterion),
    )
