"""What a provider wrote becomes feedback: sanitised, and anchored to the student's own words."""

from __future__ import annotations

from feedback import documents
from feedback.models import Comment, Feedback, Job
from feedback.providers.base import Comment as Remark
from feedback.providers.base import FeedbackOutput, Finished
from feedback.sanitise import clean
from feedback.upstreams import provider_for


def record_feedback(job: Job, finished: Finished) -> Feedback:
    """Store the answer for the job's section (or whole document), in place of an earlier one."""
    provider = provider_for(job.upstream)
    output = finished.output
    Feedback.objects.filter(document=job.document_id, section=job.section_id).delete()
    feedback = Feedback.objects.create(
        document_id=job.document_id,
        section_id=job.section_id,
        job=job,
        provider=provider.name,
        model=finished.model,
        simulated=provider.simulated,
        summary=clean(output.summary),
        strengths=[clean(s) for s in output.strengths],
        next_steps=[clean(s) for s in output.next_steps],
        levels=_levels(output),
    )
    text = job.section.text if job.section else job.document.text
    Comment.objects.bulk_create(
        _comment(feedback, position, remark, text) for position, remark in enumerate(output.comments)
    )
    return feedback


def _levels(output: FeedbackOutput) -> list[dict[str, str]]:
    return [{k: clean(v) for k, v in level.model_dump().items()} for level in output.levels]


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
