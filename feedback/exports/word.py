"""Word: the original headings as styles, and real comments at the passages that they speak of."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import docx

from feedback.documents import Style

from .model import Export, Note, Piece, printable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.run import Run

DEEPEST = 9  # heading styles that Word has


def word(export: Export) -> bytes:
    document = docx.Document()
    document.core_properties.title = printable(export.title)[:255]
    document.core_properties.author = ""
    document.core_properties.language = export.language
    document.core_properties.comments = printable(export.origins)
    document.core_properties.keywords = printable(", ".join(words for _, words in export.origin))[:255]
    runs = _text(document, export)
    for note in export.notes:
        if note.number in runs:
            _comment(document, export, note, runs[note.number])
    _feedback(document, export)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _text(document: Document, export: Export) -> dict[int, list[Run]]:
    """The text; returns the runs that each note lies on."""
    runs: dict[int, list[Run]] = {}
    for block in export.blocks:
        style = f"Heading {min(block.level, DEEPEST)}" if block.level else None
        paragraph = document.add_paragraph(style=style)
        for piece in block.pieces:
            run = paragraph.add_run(printable(piece.words))
            _set_in_style(run, piece)
            for number in piece.notes:
                runs.setdefault(number, []).append(run)
    return runs


def _set_in_style(run: Run, piece: Piece) -> None:
    """As it was handed in; what a style of the paragraph says of it otherwise stays."""
    run.bold = True if Style.STRONG in piece.styles else None
    run.italic = True if Style.ITALIC in piece.styles else None
    if Style.SUPER in piece.styles:
        run.font.superscript = True
    if Style.SUB in piece.styles:
        run.font.subscript = True


def _comment(document: Document, export: Export, note: Note, runs: list[Run]) -> None:
    words = f"{note.title}: {note.words}"
    document.add_comment([runs[0], runs[-1]], text=printable(words), author=export.author, initials="M")


def _feedback(document: Document, export: Export) -> None:
    loose = [note for note in export.notes if not note.is_anchored]
    if not (export.summary or loose or export.remark or export.teacher or export.levels):
        return
    document.add_page_break()  # type: ignore[no-untyped-call]
    document.add_heading(export.titles.feedback, level=1)
    document.add_paragraph(printable(f"{export.about} {export.author}".strip()))
    if export.origin:
        document.add_paragraph(printable(export.origins))
    for text in filter(None, (export.remark, export.summary)):
        document.add_paragraph(printable(text))
    for name, words in (*export.teacher, *export.levels):
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{printable(name)}: ").bold = True
        paragraph.add_run(printable(words))
    for title, style, items in (
        (export.titles.strengths, "List Bullet", export.strengths),
        (export.titles.next_steps, "List Number", export.next_steps),
        (export.titles.loose, "List Bullet", [f"{note.title}: {note.words}" for note in loose]),
    ):
        if items:
            document.add_heading(title, level=2)
        for item in items:
            document.add_paragraph(printable(item), style=style)
