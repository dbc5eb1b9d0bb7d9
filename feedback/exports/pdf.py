"""PDF: the text with its commented passages underlined and numbered, and the comments after it.

Its letters come with it (Literata); for scripts that it lacks, a font of the system is used where there is
one. What no font has is shown as a question mark, and the first page says so.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from .model import Block, Export, Note, printable

FONTS = Path(__file__).with_name("fonts")
SYSTEM = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)
SIZES = {1: 18, 2: 15, 3: 13}
SIZE, LINE, MARGIN = 11, 6, 25  # points, millimetres, millimetres
INK, BLUE, SOFT = (26, 35, 51), (39, 64, 154), (82, 94, 117)


def pdf(export: Export) -> bytes:
    page = _Pages(export.title)
    letters = _letters()
    everything = "".join(block.text for block in export.blocks)
    page.lacks = {letter for letter in set(everything) if ord(letter) not in letters and not letter.isspace()}
    page.small(export.about)
    if page.lacks:
        page.small(export.titles.lacking)
    for block in export.blocks:
        page.block(block)
    _feedback(page, export)
    made = bytes(page.output())
    page.close_fonts()
    return made


class _Pages(FPDF):
    def __init__(self, title: str) -> None:
        super().__init__()
        self.lacks: set[str] = set()
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.set_title(printable(title)[:255])
        fallbacks = ["extended"]
        for weight, style in (("regular", ""), ("bold", "B")):
            self.add_font("text", style, FONTS / f"literata-latin-{weight}.ttf")
            self.add_font("extended", style, FONTS / f"literata-latin-ext-{weight}.ttf")
        for number, path in enumerate(_system_fonts()):
            self.add_font(f"system{number}", "", path)
            fallbacks.append(f"system{number}")
        self.set_fallback_fonts(fallbacks, exact_match=False)
        self.add_page()

    def close_fonts(self) -> None:
        """fpdf2 leaves the files of its fonts open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("text", "", 9)
        self.set_text_color(*SOFT)
        self.cell(0, 6, str(self.page_no()), align="C")

    def say(
        self, text: str, *, style: str = "", size: int = SIZE, colour: tuple[int, int, int] = INK
    ) -> None:
        """Go on in the line."""
        self.set_font("text", style, size)
        self.set_text_color(*colour)
        self.write(LINE * size / SIZE, self.shown(text))

    def line_of(self, text: str, **how: Any) -> None:
        self.say(text, **how)
        self.ln(LINE)

    def small(self, text: str) -> None:
        self.set_font("text", "", 9)
        self.set_text_color(*SOFT)
        self.multi_cell(0, 5, self.shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    def shown(self, text: str) -> str:
        return "".join("?" if letter in self.lacks else letter for letter in printable(text))

    def block(self, block: Block) -> None:
        if not block.text.strip():
            return
        size = SIZES.get(block.level, 12) if block.level else SIZE
        bold = "B" if block.level else ""
        if block.level:
            self.ln(2)
        for piece in block.pieces:
            self.say(piece.text, style=bold + ("U" if piece.notes else ""), size=size)
            for number in piece.ends:
                self.say(f" [{number}]", style="B", size=8, colour=BLUE)
        self.ln(LINE + 3)


def _feedback(page: _Pages, export: Export) -> None:
    titles = export.titles
    page.ln(4)
    page.line_of(titles.feedback, style="B", size=15)
    page.ln(2)
    page.small(export.author)
    for text in filter(None, (export.remark, export.summary)):
        page.line_of(text)
        page.ln(3)
    for name, words in (*export.teacher, *export.levels):
        page.say(f"{name}: ", style="B")
        page.line_of(words)
    for title, items in ((titles.strengths, export.strengths), (titles.next_steps, export.next_steps)):
        if items:
            page.ln(3)
            page.line_of(title, style="B")
        for item in items:
            page.line_of(f"–  {item}")
    if export.notes:
        page.ln(4)
        page.line_of(titles.comments, style="B", size=13)
    for note in export.notes:
        _note(page, note)


def _note(page: _Pages, note: Note) -> None:
    page.ln(2)
    page.say(f"[{note.number}] " if note.is_anchored else "", style="B", colour=BLUE)
    page.say(f"{note.title}. ", style="B")
    if note.quote:
        page.say(f"“{' '.join(note.quote.split())[:160]}”  ", colour=SOFT)
    page.line_of(note.words)


@cache
def _system_fonts() -> tuple[Path, ...]:
    return tuple(path for path in SYSTEM if path.exists())


@cache
def _letters() -> frozenset[int]:
    """Code points that some font has."""
    known: set[int] = set()
    for path in (*FONTS.glob("*-regular.ttf"), *_system_fonts()):
        with TTFont(path, fontNumber=0, lazy=True) as font:
            known.update(font.getBestCmap())
    return frozenset(known)
