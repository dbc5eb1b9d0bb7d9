"""Build the sample documents: the essay as .docx and the lab report as .pdf.

    python examples/build.py [FOLDER]

The sources are Markdown, in `sources/`; only what the samples use is understood: headings,
paragraphs, one kind of table, and *emphasis*.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.shared import Pt
from fpdf import FPDF
from fpdf.enums import XPos, YPos

HERE = Path(__file__).resolve().parent
WRITTEN = datetime(2025, 3, 14, 9, 0, tzinfo=UTC)  # fixed, so that building again changes nothing


@dataclass(frozen=True, slots=True)
class Heading:
    level: int  # 1 is the title
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Table


def read(source: Path) -> Iterator[Block]:
    for chunk in source.read_text(encoding="utf-8").strip().split("\n\n"):
        if chunk.startswith("#"):
            marks, _, text = chunk.partition(" ")
            yield Heading(len(marks), text)
        elif chunk.startswith("|"):
            rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in chunk.splitlines()]
            yield Table(tuple(row for row in rows if not set("".join(row)) <= set("-")))
        else:
            yield Paragraph(" ".join(chunk.splitlines()))


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Pieces of a paragraph, and whether each is emphasised."""
    for index, piece in enumerate(text.split("*")):
        if piece:
            yield piece, index % 2 == 1


def build_docx(source: Path, target: Path) -> None:
    document = Document()
    document.core_properties.author = "A student"
    document.core_properties.created = document.core_properties.modified = WRITTEN
    document.styles["Normal"].font.size = Pt(11)
    for block in read(source):
        match block:
            case Heading(level, text):
                document.add_heading(text, level - 1)
            case Paragraph(text):
                paragraph = document.add_paragraph()
                for piece, emphasised in runs(text):
                    paragraph.add_run(piece).italic = emphasised
            case Table(rows):
                table = document.add_table(len(rows), len(rows[0]))
                for row, cells in zip(table.rows, rows, strict=True):
                    for cell, text in zip(row.cells, cells, strict=True):
                        cell.text = text
    document.save(str(target))
    _settle_times(target)


def _settle_times(target: Path) -> None:
    """Write the archive again with fixed times of its members."""
    with ZipFile(target) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(ZipInfo(name, WRITTEN.timetuple()[:6]), content, ZIP_DEFLATED)


def build_pdf(source: Path, target: Path) -> None:
    """With the PDF core fonts: their alphabet (cp1252) holds all that the report needs."""
    pdf = FPDF()
    pdf.set_creation_date(WRITTEN)
    pdf.set_margin(22)
    pdf.core_fonts_encoding = "cp1252"
    pdf.add_page()
    for block in read(source):
        match block:
            case Heading(level, text):
                _write(pdf, text, size=17 if level == 1 else 13, bold=True, after=3)
            case Paragraph(text):
                _write(pdf, text.replace("*", ""), size=11, bold=False, after=3)
            case Table(rows):
                _table(pdf, rows)
    pdf.output(str(target))


def _write(pdf: FPDF, text: str, *, size: int, bold: bool, after: float) -> None:
    pdf.set_font("Helvetica", style="B" if bold else "", size=size)
    pdf.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(after)


def _table(pdf: FPDF, rows: tuple[tuple[str, ...], ...]) -> None:
    pdf.set_font("Helvetica", size=10)
    with pdf.table(text_align="CENTER", line_height=6) as table:
        for cells in rows:
            table.row(cells)
    pdf.ln(4)


def main(folder: Path = HERE) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    build_docx(HERE / "sources" / "essay.md", folder / "essay.docx")
    build_pdf(HERE / "sources" / "lab-report.md", folder / "lab-report.pdf")
    for name in ("essay.docx", "lab-report.pdf"):
        print(folder / name)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
