"""Fields of a Word document: what shows is their result, and for signs and old equations their code alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedback.documents.characters.raised import Rise, written
from feedback.documents.characters.symbols import is_picture_font, shown

from .listnum import ListNumbers

_SYMBOL = re.compile(r"\s*SYMBOL\s+(0x[0-9a-f]{1,4}|\d{1,5})\b(?:.*?\\f\s+\"?([^\"\\]+))?", re.IGNORECASE)
_EQUATION = re.compile(r"\s*EQ\s+(.*)\Z", re.IGNORECASE | re.DOTALL)
_TO_CLICK = re.compile(r"\s*MACROBUTTON\s+\w+\s+\S", re.IGNORECASE)
_FRACTION = re.compile(r"\\f\s*\(([^()]*)[;,]([^()]*)\)", re.IGNORECASE)
_ROOT = re.compile(r"\\r\s*\((?:([^();,]*)[;,])?([^();,]*)\)", re.IGNORECASE)
_RAISED = re.compile(r"\\s\s*\\(up|do)\d*\s*\(([^()]*)\)", re.IGNORECASE)
_RISES = {"up": Rise.SUPER, "do": Rise.SUB}
_BRACKETS = str.maketrans("❨❩", "()")  # those of a part that is read already
_PLAIN = re.compile(r"[\w\s.+\-−=<>≤≥·×/√()∛^⁰¹²³⁴-⁹⁺⁻₀-₉]*\Z")


@dataclass(slots=True)
class _Field:
    code: str = ""
    is_result: bool = False  # what follows shows
    has_result: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a field shows by its code. An equation that can't be read has no text."""

    text: str = ""
    is_formula: bool = False
    is_placeholder: bool = False  # what a template asks for, and no word of the student


class Fields:
    """The fields that are open at a place; a code may hold fields itself."""

    def __init__(self) -> None:
        self._open: list[_Field] = []
        self._numbers = ListNumbers()

    @property
    def is_code(self) -> bool:
        """Whether what stands here is code and does not show."""
        return any(not field.is_result for field in self._open)

    def mark(self, kind: str, *, is_form: bool = False) -> Shown:
        """Take a field's begin, the end of its code, or its end; at the end, what shows by the code.

        What a field of a form shows is its answer, and no code hides what follows it.
        """
        if kind == "begin":
            self._open.append(_Field(is_result=is_form, has_result=is_form))
        elif kind == "separate" and self._open:
            self._open[-1].is_result = True
        elif kind == "end" and self._open:
            field = self._open.pop()
            if not field.has_result and not self.is_code:
                number = self._numbers.shown(field.code)
                return Shown(number) if number else _shown(field.code)
        return Shown()

    def write(self, code: str) -> None:
        if self._open and not self._open[-1].is_result:
            self._open[-1].code += code

    def has_text(self) -> None:
        """Note that the open fields show a text."""
        for field in self._open:
            field.has_result = field.has_result or field.is_result

    def end_of_paragraph(self) -> None:
        """A code ends with its paragraph: what is damaged shall not hide the rest of the document."""
        for field in self._open:
            field.is_result = True


def _shown(code: str) -> Shown:
    if match := _SYMBOL.match(code):
        number = int(match[1], 16) if match[1].lower().startswith("0x") else int(match[1])
        font = (match[2] or "").strip()
        return Shown(shown(chr(number), font) if is_picture_font(font) else chr(number))
    if match := _EQUATION.match(code):
        text = _linear(match[1])
        return Shown(text if _PLAIN.match(text) else "", is_formula=True)
    return Shown(is_placeholder=_TO_CLICK.match(code) is not None)


def _linear(code: str) -> str:
    """A fraction or a root of Word's oldest equations as a line: the innermost first."""
    before = ""
    while before != code:
        before = code
        code = _FRACTION.sub(lambda found: f"{_one(found[1])}/{_one(found[2])}", code)
        code = _ROOT.sub(lambda found: f"{_sign(found[1])}❨{found[2].strip()}❩", code)
        code = _RAISED.sub(lambda found: written(found[2].strip(), _RISES[found[1].lower()]), code)
    return code.translate(_BRACKETS).strip()


def _one(part: str) -> str:
    part = part.strip()
    return part if re.fullmatch(r"[\w.]+", part) else f"❨{part}❩"


def _sign(degree: str | None) -> str:
    return {"": "√", "2": "√", "3": "∛"}.get((degree or "").strip(), f"root {degree} of ")
