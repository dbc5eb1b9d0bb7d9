"""May what was written on a document be shown to its owner? Every channel to a student asks here.

Page, parts, live text, e-mail, exports, the API and commands: before a teacher's release no word of the
feedback leaves on any of them. Teachers of the document's course read it through selectors.teaching.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from feedback.models import Assignment, Document, Release

# The same rule for a query over documents.
SHOWN = Q(reviewed=False) | Q(release__stands=True)


def feedback_visible(document: Document) -> bool:
    """Is the feedback on this document its owner's to read now? Asked anew each time: it can change."""
    return not document.reviewed or Release.objects.filter(document=document.pk, stands=True).exists()


def reviewed_first(assignment: Assignment | None, previous: Document | None) -> bool:
    """Does a teacher read the feedback on a text that is handed in now before its owner does?

    Also after the assignment's review was switched off, while the draft before is still with the teacher.
    """
    if assignment is None:
        return False
    follows = previous is not None and previous.assignment_id == assignment.pk
    return assignment.reviewed or (follows and previous is not None and not feedback_visible(previous))


def before_it(previous: Document | None, *, reviewed: bool) -> Document | None:
    """The draft before one, if what was written on it may be read on this one: nothing gets past a review.

    `reviewed`: a teacher reads the feedback on this one before its owner does.
    """
    return previous if previous and (reviewed or feedback_visible(previous)) else None


def with_visible_feedback(documents: Iterable[Document]) -> list[Document]:
    """Those of the documents with feedback that may be shown, in one query at most."""
    asked = list(documents)
    reviewed = [each.pk for each in asked if each.reviewed]
    released_now = Release.objects.filter(document__in=reviewed, stands=True)
    released = set(released_now.values_list("document", flat=True))
    return [each for each in asked if not each.reviewed or each.pk in released]
