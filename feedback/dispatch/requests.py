"""Requests to a provider: the exact one for a section, or for the whole document."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from feedback.models import Assignment, Comment, Document, Section
from feedback.providers.base import Criterion, SectionRequest, SummaryRequest, Task

MAX_FINDINGS = 120  # messages of section comments that the summary is shown


def metadata_of(document: Document) -> Mapping[str, str] | None:
    """What the provider's bill and logs may name of a call: keys that say nothing by themselves."""
    if document.assignment is None or not settings.BEDROCK_REQUEST_METADATA:
        return None
    return {"course": document.assignment.course_id.hex, "assignment": document.assignment.pk.hex}


def task_of(assignment: Assignment | None) -> Task:
    if assignment is None:
        return Task()
    criteria = tuple(
        Criterion(name=c.name, description=c.description, levels=tuple(c.levels))
        for c in assignment.criteria.all()
    )
    return Task(
        title=assignment.title,
        instructions=assignment.instructions,
        audience=assignment.audience,
        criteria=criteria,
    )


def for_section(section: Section) -> SectionRequest:
    return SectionRequest(
        text=section.text, heading_path=tuple(section.heading_path), task=task_of(section.document.assignment)
    )


def for_summary(document: Document) -> SummaryRequest:
    sections = [
        (section.heading, document.text[section.start : section.end]) for section in document.sections.all()
    ]
    findings = (
        Comment.objects.filter(
            feedback__document=document, feedback__section__isnull=False, feedback__provisional=False
        )
        .order_by("feedback__section__position", "position")
        .values_list("message", flat=True)[:MAX_FINDINGS]
    )
    return SummaryRequest(
        title=document.title,
        sections=tuple(sections),
        findings=tuple(findings),
        task=task_of(document.assignment),
    )
