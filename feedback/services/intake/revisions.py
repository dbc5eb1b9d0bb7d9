"""A new draft keeps what still holds: feedback on sections that did not change."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from feedback.dispatch import requests
from feedback.dispatch.fingerprint import fingerprint
from feedback.dispatch.upstreams import provider_for
from feedback.models import Comment, Document, Feedback, Section
from feedback.selectors.intake.revisions import reusable_of
from feedback.selectors.intake.visibility import before_it
from feedback.services.teaching import reactions


def keep_unchanged(document: Document, sections: Sequence[Section]) -> set[UUID]:
    """Copy the previous draft's feedback to sections with exactly the same request; returns their ids.

    Offsets are those of the section, and its text is equal to the letter: comments stay where they are.
    """
    reusable = reusable_of(before_it(document.previous, reviewed=document.reviewed))
    if not reusable:
        return set()
    provider = provider_for(document.upstream)
    kept = set()
    for section in sections:
        given = reusable.get(fingerprint(requests.for_section(section), provider))
        if given is not None:
            copy_feedback(given, document, section)
            kept.add(section.pk)
    return kept


def keep_summary(document: Document) -> bool:
    """Copy the previous summary where nothing at all changed, not even the comments on the sections."""
    previous = before_it(document.previous, reviewed=document.reviewed)
    given = previous.feedback.filter(section=None, provisional=False).first() if previous else None
    if previous is None or given is None or not given.fingerprint:
        return False
    asked = _summary_asked(document)
    if given.fingerprint != asked and not (_all_kept(document) and _summary_asked(previous) == asked):
        return False
    copy_feedback(given, document, None)
    return True


def _summary_asked(document: Document) -> str:
    return fingerprint(requests.for_summary(document), provider_for(document.upstream))


def _all_kept(document: Document) -> bool:
    """Then only a teacher's corrections on the sections can make the summary's request another one."""
    return not document.feedback.filter(section__isnull=False, since_revision=None).exists()


def copy_feedback(given: Feedback, document: Document, section: Section | None) -> Feedback:
    """Feedback is copied, never shared: deleting one draft takes nothing from another.

    It goes with its reader's reaction: the same comment is not answered anew with each draft.
    """
    since = given.since_revision or given.document.revision
    comments = list(given.comments.all())
    answers = reactions.reactions_to(comments, for_next_draft=True)
    copy = Feedback.objects.get(pk=given.pk)
    copy.pk, copy.document, copy.section, copy.job, copy.since_revision = (
        uuid7(),
        document,
        section,
        None,
        since,
    )
    copy._state.adding = True
    Feedback.objects.filter(document=document, section=section).delete()
    copy.save(force_insert=True)
    for comment in comments:
        comment.pk, comment.feedback = uuid7(), copy
        comment._state.adding = True
    reactions.carry_on(answers, Comment.objects.bulk_create(comments))
    return copy
