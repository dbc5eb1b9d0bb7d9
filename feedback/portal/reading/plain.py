"""The feedback as plain text: what is copied, and what a screen without styles would read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from feedback.models import Feedback
from feedback.portal.words.headings import heading_of

from .labels import Label
from .page import Card, Note, Page
from .rubric import RubricLine

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def plain_text(page: Page) -> str:
    """Everything that was written on a document, in its order."""
    return "\n".join(_lines(page)).strip() + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield from (page.document.title, str(page.words.label), "")
    if page.summary.feedback:
        yield from _titled(_("The whole text"), page.summary.label)
        yield from _given(page.summary.feedback, page.summary.cautions)
        yield from _rubric(page.summary.rubric)
        yield from _notes(page.summary.notes)
    for card in page.cards:
        yield from _card(card)


def _card(card: Card) -> Iterator[str]:
    yield from _titled(heading_of(card.section), card.label)
    if card.feedback is None:
        yield from (str(card.words.label), "")
        return
    yield from _given(card.feedback, card.cautions)
    yield from _rubric(card.rubric)
    yield from _notes(card.notes)


def _titled(title: str, label: Label | None) -> Iterator[str]:
    line = f"{title} ({label.name})" if label else title
    yield from (line, "-" * len(line))


def _given(feedback: Feedback, cautions: Iterable[StrOrPromise]) -> Iterator[str]:
    yield from (f"! {words}" for words in cautions)
    yield feedback.summary
    yield from (f"+ {item}" for item in feedback.strengths)
    yield from (f"> {item}" for item in feedback.next_steps)
    yield ""


def _rubric(lines: Iterable[RubricLine]) -> Iterator[str]:
    for line in lines:
        level = line.level or _("for a person to judge")
        yield f"{line.criterion}: {level}"
        if line.evidence:
            words = "“%s”" if line.is_supported else _("“%s” (not a quotation from the text)")
            yield "  " + words % line.evidence
        if line.justification:
            yield f"  {line.justification}"
        yield ""


def _notes(notes: Iterable[Note]) -> Iterator[str]:
    for note in notes:
        comment = note.comment
        if comment.quote:
            yield f"“{comment.quote}”"
        yield f"{comment.get_kind_display()}: {comment.message}"
        if comment.suggestion:
            yield _("Try: %s") % comment.suggestion
        yield ""
