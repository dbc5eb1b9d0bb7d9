"""The drafts of one piece of writing: what changed between two, what became of the comments, and progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch

from feedback import documents as reader
from feedback.models import Comment, Document, Feedback, Reaction, Section
from feedback.providers.base import CommentKind
from feedback.selectors.intake.visibility import feedback_visible, with_visible_feedback

# Every draft before and after one, itself included. A chain is short, and each step is an index look-up.
_CHAIN = """
WITH RECURSIVE
    back AS (
        SELECT id, previous_id FROM feedback_document WHERE id = %(id)s
        UNION ALL
        SELECT d.id, d.previous_id FROM feedback_document d JOIN back ON d.id = back.previous_id
    ),
    forth AS (
        SELECT id FROM feedback_document WHERE id = %(id)s
        UNION ALL
        SELECT d.id FROM feedback_document d JOIN forth ON d.previous_id = forth.id
    )
SELECT id FROM back UNION SELECT id FROM forth
"""


def chain_of(document: Document) -> list[Document]:
    """All drafts of the same writing, oldest first, in two queries."""
    ids = [row.pk for row in Document.objects.raw(_CHAIN, {"id": document.pk})]
    own = Document.objects.filter(pk__in=ids, owner=document.owner_id)
    return list(own.select_related("assignment").order_by("revision"))


def reusable_of(previous: Document | None) -> dict[str, Feedback]:
    """The feedback on a draft's sections by the request that it answers; none that is provisional."""
    if previous is None:
        return {}
    given = (
        Feedback.objects.filter(document=previous, section__isnull=False, provisional=False)
        .exclude(fingerprint="")
        .select_related("document")
        .prefetch_related("comments")
    )
    return {each.fingerprint: each for each in given}


def kept_since(previous: Document | None) -> dict[str, int]:
    """Which requests are answered already, and by which draft's feedback."""
    if previous is None:
        return {}
    given = Feedback.objects.filter(document=previous, section__isnull=False, provisional=False)
    rows = given.exclude(fingerprint="").values_list("fingerprint", "since_revision")
    return {fingerprint: since or previous.revision for fingerprint, since in rows}


# What became of the comments ------------------------------------------------------------------


class Fate(StrEnum):
    """The fate of a comment's passage in the next draft."""

    OPEN = "open"  # the passage stands as it stood
    ADDRESSED = "addressed"  # it was changed or taken out: perhaps because of the comment
    UNPLACED = "unplaced"  # the comment was never tied to a passage
    ASIDE = "aside"  # its reader had set it aside, or called it wrong


@dataclass(frozen=True, slots=True)
class Followed:
    """A comment on the previous draft that asks for something, and what became of its passage."""

    comment: Comment
    section: Section
    fate: Fate
    is_promised: bool = False  # its reader meant to deal with it in this draft


@dataclass(frozen=True, slots=True)
class Changes:
    """One draft against the one before it."""

    before: Document
    after: Document
    difference: reader.Difference
    comments: Sequence[Followed] = ()
    new: Sequence[tuple[Comment, Section]] = ()  # on this draft, and not on the one before

    def with_fate(self, fate: str) -> list[Followed]:
        return [each for each in self.comments if each.fate == fate]


def changes_of(document: Document, *, with_comments: bool = False) -> Changes | None:
    """What changed since the previous draft. None: this is the first, or that one is gone."""
    before = document.previous
    if before is None:
        return None
    difference = reader.compare(before.text, document.text)
    if not with_comments:
        return Changes(before, document, difference)
    asked = _asked([each for each in (before, document) if feedback_visible(each)])
    then = asked.get(before.pk, [])
    said = _answers(document.owner_id, [comment for comment, _ in then])
    comments = [
        Followed(
            comment, section, _fate(comment, section, difference, said.get(comment.pk)),
            said.get(comment.pk) == Reaction.Verdict.ADDRESSED,
        )
        for comment, section in then
    ]  # fmt: skip
    known = {(comment.message, comment.quote) for comment, _ in then}
    new = [pair for pair in asked.get(document.pk, []) if (pair[0].message, pair[0].quote) not in known]
    return Changes(before, document, difference, comments, new)


def _asked(documents: Sequence[Document]) -> dict[UUID, list[tuple[Comment, Section]]]:
    """Their comments on sections that ask for something, as they stand in each text. In two queries."""
    comments = Prefetch("feedback__comments", Comment.objects.order_by("start", "position"))
    sections = Section.objects.filter(document__in=documents).order_by("position")
    found: dict[UUID, list[tuple[Comment, Section]]] = {}
    for section in sections.select_related("feedback").prefetch_related(comments):
        if hasattr(section, "feedback"):
            found.setdefault(section.document_id, []).extend(
                (comment, section)
                for comment in section.feedback.comments.all()
                if comment.kind != CommentKind.PRAISE
            )
    return found


def _answers(person: UUID, comments: Sequence[Comment]) -> dict[UUID, str]:
    given = Reaction.objects.filter(person=person, comment__in=comments)
    return dict(given.values_list("comment", "verdict"))


def _fate(comment: Comment, section: Section, difference: reader.Difference, answer: str | None) -> Fate:
    if answer in (Reaction.Verdict.DISMISSED, Reaction.Verdict.WRONG):
        return Fate.ASIDE
    if comment.start is None or comment.end is None:
        return Fate.UNPLACED
    stayed = difference.stayed(section.start + comment.start, section.start + comment.end)
    return Fate.OPEN if stayed else Fate.ADDRESSED


# Progress -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DraftFigures:
    """One draft in figures."""

    document: Document
    words: int
    comments: Mapping[str, int]  # by kind
    levels: Mapping[str, str]  # by criterion, of the whole document

    @property
    def remarks(self) -> int:
        """Comments that ask for something."""
        return sum(number for kind, number in self.comments.items() if kind != CommentKind.PRAISE)


def progress_of(document: Document) -> list[DraftFigures]:
    """Each draft in figures, oldest first. Feedback that may not be shown yet is not counted either."""
    chain = chain_of(document)
    shown = with_visible_feedback(chain)
    kinds: dict[UUID, Counter[str]] = {each.pk: Counter() for each in chain}
    for owner, kind in Comment.objects.filter(
        feedback__document__in=shown, feedback__section__isnull=False
    ).values_list("feedback__document", "kind"):
        kinds[owner][kind] += 1
    summaries = {
        each.document_id: each for each in Feedback.objects.filter(document__in=shown, section__isnull=True)
    }
    return [
        DraftFigures(each, reader.words_in(each.text), kinds[each.pk], _levels(summaries.get(each.pk)))
        for each in chain
    ]


def _levels(summary: Feedback | None) -> dict[str, str]:
    return {level["criterion"]: level["level"] for level in summary.levels} if summary else {}
