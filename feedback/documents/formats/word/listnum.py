"""The numbers that LISTNUM fields put into a line: First 1) a thing, 2) another.

The three lists that Word knows by itself; ECMA-376, part 1, 17.16.5.33.
"""

from __future__ import annotations

import re

from .numbering import letters, roman

_FIELD = re.compile(r"\s*LISTNUM\b\s*\"?(?P<name>[^\s\\\"]*)\"?(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_LEVEL = re.compile(r"\\l\s*(\d)", re.IGNORECASE)
_START = re.compile(r"\\s\s*(\d{1,5})", re.IGNORECASE)
_LEVELS = 9
_LEGAL = "legaldefault"
_FORMS = {
    "": ("1)", "a)", "i)", "(1)", "(a)", "(i)", "1.", "a.", "i."),
    "outlinedefault": ("I.", "A.", "1.", "a)", "(1)", "(a)", "(i)", "(a)", "(i)"),
}


class ListNumbers:
    """How far each list of one document has counted."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}

    def shown(self, code: str) -> str:
        """What a field of this code shows; empty where it is no LISTNUM."""
        field = _FIELD.match(code)
        if field is None:
            return ""
        name = field["name"].lower()
        level, start = _LEVEL.search(field["rest"]), _START.search(field["rest"])
        depth = min(max(int(level[1]) if level else 1, 1), _LEVELS) - 1
        counts = self._counts.setdefault(name, [0] * _LEVELS)
        counts[depth] = int(start[1]) if start else counts[depth] + 1
        counts[depth + 1 :] = [0] * (_LEVELS - depth - 1)
        if name == _LEGAL:
            return ".".join(str(number or 1) for number in counts[: depth + 1]) + "."
        return _written(counts[depth], _FORMS.get(name, _FORMS[""])[depth])


def _written(number: int, form: str) -> str:
    sign = form.strip("().")
    text = letters(number) if sign in "aA" else roman(number) if sign in "iI" else str(number)
    return form.replace(sign, text.lower() if sign.islower() else text)
