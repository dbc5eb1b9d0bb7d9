"""A document as it is exported: its text in blocks, with every comment at its passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from feedback.documents import Span, Style, render_spans
from feedback.exports import Block, Export, Note, Piece, Titles
from feedback.models import Comment, Document, Feedback
from feedback.providers.offline.reading.language import detect
from feedback.selectors.intake.origin import origin_of
from feedback.selectors.intake.visibility import feedback_visible

_Styled = tuple[int, int, str]  # start, end, style


@dataclass(frozen=True, slots=True)
class _Placed:
    note: Note
    span: Span | None  # in the whole text


def export_of(document: Document) -> Export:
    """Before a teacher's release there is only the text in it, and a word that says so."""
    about = _about(document)
    if not feedback_visible(document):
        remark = _("Your teacher reads the feedback first. It is part of an export once it is released.")
        return Export(
            title=document.title,
            about=about,
            author="",
            blocks=list(_blocks(document, ())),
            remark=remark,
            titles=_titles(),
            language=_language(document),
        )
    given = list(document.feedback.select_related("section").prefetch_related("comments"))
    placed = list(_placed(given))
    summary = next((each for each in given if each.section_id is None), None)
    release = getattr(document, "release", None)
    teacher = [(_("Grade"), release.grade), (_("Your teacher"), release.note)] if release else []
    return Export(
        title=document.title,
        about=about,
        author=_author(given),
        blocks=list(_blocks(document, placed)),
        notes=[each.note for each in placed],
        summary=summary.summary if summary else "",
        strengths=summary.strengths if summary else (),
        next_steps=summary.next_steps if summary else (),
        levels=[(level["criterion"], level["level"]) for level in summary.levels] if summary else (),
        teacher=[(name, words) for name, words in teacher if words],
        titles=_titles(),
        origin=origin_of(document, given),
        language=_language(document),
    )


def _language(document: Document) -> str:
    """What a screen reader reads the text in; the page's language where the text's is not known."""
    known = detect(document.text).code
    return known if len(known) == 2 else get_language()[:2]


def _titles() -> Titles:
    return Titles(
        feedback=_("Feedback"),
        strengths=_("What works"),
        next_steps=_("What to do next"),
        comments=_("Comments"),
        loose=_("Not tied to a passage"),
        lacking=_(
            "Some letters of this text are in no font of this PDF, and stand here as “?”. "
            "The Word file has them."
        ),
    )


def _about(document: Document) -> str:
    when = date_format(localtime(document.created_at), "DATETIME_FORMAT")
    what = f"{document.assignment}, {document.assignment.course}. " if document.assignment else ""
    return what + _("Handed in %(when)s.") % {"when": when}


def _author(given: Sequence[Feedback]) -> str:
    """The author of the comments, never less plain than on the page."""
    first = next(iter(given), None)
    if first is None:
        return ""
    if first.simulated:
        return _("Simulated feedback: for demonstration")
    return _("Automatic feedback") if first.provider == "offline" else _("AI feedback (%s)") % first.model


def _placed(given: Sequence[Feedback]) -> Iterator[_Placed]:
    """Comments in the order of the text, numbered; what is tied to no passage comes last."""
    found: list[tuple[Comment, int | None]] = []
    for feedback in given:
        base = feedback.section.start if feedback.section else 0
        found += [
            (each, None if each.start is None else base + each.start) for each in feedback.comments.all()
        ]
    found.sort(key=lambda each: (each[1] is None, each[1] or 0, each[0].position))
    for number, (comment, start) in enumerate(found, 1):
        note = Note(
            number=number,
            kind=comment.get_kind_display(),
            message=comment.message,
            suggestion=comment.suggestion,
            criterion=comment.criterion,
            quote=comment.quote,
            is_anchored=start is not None,
        )
        length = (comment.end or 0) - (comment.start or 0)
        yield _Placed(note, None if start is None else Span(start, start + length))


def _blocks(document: Document, placed: Sequence[_Placed]) -> Iterator[Block]:
    """One for each line that holds anything. A heading is one by what was read of the file."""
    levels = {start: level for start, _end, level, _title in document.headings}
    at = 0
    for line in document.text.splitlines(keepends=True):
        begin, at = at, at + len(line)
        text = line.rstrip("\r\n")
        if text.strip():
            here = [p for p in placed if p.span and p.span.start < begin + len(text) and p.span.end > begin]
            level = next((levels[place] for place in range(begin, begin + len(text)) if place in levels), 0)
            styled = [each for each in document.emphasis if each[0] < begin + len(text) and each[1] > begin]
            yield Block(list(_pieces(text, begin, here, styled)), level)


def _pieces(text: str, begin: int, here: Sequence[_Placed], styled: Sequence[_Styled]) -> Iterator[Piece]:
    spans = [Span(max(0, p.span.start - begin), p.span.end - begin) for p in here if p.span]
    spans += [Span(max(0, start - begin), end - begin) for start, end, _ in styled]
    place = begin
    for piece in render_spans(text, spans):
        place += len(piece.text)
        on_it = [here[index] for index in piece.marks if index < len(here)]
        yield Piece(
            piece.text,
            notes=tuple(p.note.number for p in on_it),
            ends=tuple(
                p.note.number for p in on_it if p.span and _ends_here(p.span, place, begin + len(text))
            ),
            styles=tuple(Style(styled[index - len(here)][2]) for index in piece.marks if index >= len(here)),
        )


def _ends_here(span: Span, place: int, end_of_line: int) -> bool:
    """Its last letter is before this place; one that ends between two lines ends with the first."""
    return span.end == place or place == end_of_line < span.end <= end_of_line + 2
