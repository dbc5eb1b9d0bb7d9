"""Raised and lowered text in a line: ten with a raised 5 is 10⁵, never 105.

What Unicode has raised is written so (m², CO₂, x₁); the rest is marked as in TeX: e^(x+1), v_max. What is
raised by custom alone, as in 19th, reads as it always did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby

from .emphasis import Style, bare, emphasised


class Rise(StrEnum):
    NONE = ""
    SUPER = "^"
    SUB = "_"


Piece = tuple[str, Rise]

_RAISED = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_HAS_RAISED = re.compile(r"(?:[\d+−–=()-]|(?<![a-z])[ni](?![a-z]))+")
_HAS_LOWERED = re.compile(r"[\d+−–=()-]+")
_ASCII_DIGITS = re.compile(r"[0-9]")
_NOTES = re.compile(r"\d[\d,;\s–-]*")  # numbers of notes or sources: 1,2 or 3–5
_ORDINAL = re.compile(r"st|nd|rd|th|e|er|re|nde?|de|ste|[eè]me|ère|ª|º|a", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\d|\b[IVXLC]+)$")
_SHORTENED = re.compile(r"\b(?:M|D|S|N|n|P|Mlle|V|C)$")
_SHORTENING = re.compile(r"mes?|lles?|rs?|te?|os?|gr|ve|ie", re.IGNORECASE)
_ONE_WORD = re.compile(r"\w+")
_BEFORE = 60  # characters that say what something raised is on
_WORDS = 3  # so many are a line that is set small, no exponent


def joined(pieces: Iterable[Piece]) -> str:
    """One text of pieces that stand on the line, above or below it."""
    text = ""
    for rise, group in groupby(pieces, key=lambda piece: piece[1]):
        part = "".join(piece for piece, _ in group)
        if rise is Rise.SUPER and not text.strip() and part.strip().isdecimal():
            text += written(part.strip(), rise) + " "  # the mark of a note
        else:
            text += (
                part if rise is Rise.NONE or not text.strip() else _marked(part, rise, bare(text[-_BEFORE:]))
            )
    return text


def written(text: str, rise: Rise) -> str:
    """An exponent or index as it is written after its base."""
    if not text:
        return ""
    if rise is Rise.SUPER and _HAS_RAISED.fullmatch(text):
        return text.translate(_RAISED)
    if rise is Rise.SUB and _HAS_LOWERED.fullmatch(text):
        return text.translate(_LOWERED)
    return f"{rise}{text}" if _ONE_WORD.fullmatch(text) else f"{rise}({text})"


def _marked(part: str, rise: Rise, before: str) -> str:
    text = part.strip()
    if not text or len(text.split()) >= _WORDS:
        return part
    shown = text if before[-1].isspace() or not _has_meaning(text) else _raised(text, rise, before)
    start = part.index(text)
    return part[:start] + _in_style(shown, text, rise) + part[start + len(text) :]


def _in_style(shown: str, text: str, rise: Rise) -> str:
    """Letters on the line that were above or below it, and the marks of TeX that are signs for that."""
    if shown != text and not shown.startswith(rise):
        return shown
    before, _, after = shown.partition(text)
    style = Style.SUPER if rise is Rise.SUPER else Style.SUB
    return emphasised(before, [Style.SIGN]) + emphasised(text, [style]) + emphasised(after, [Style.SIGN])


def _has_meaning(text: str) -> bool:
    """Whether it can be an exponent or an index; what has a mark of its own, as [1] and ®, needs no other."""
    return any(character.isalnum() or character in "+-−–*′" for character in text) and text[0] != "["


def _raised(text: str, rise: Rise, before: str) -> str:
    if rise is Rise.SUPER:
        if text.upper() in {"TM", "SM"}:
            return "™" if text.upper() == "TM" else "℠"
        if text in {"o", "O", "º"} and before[-1].isdigit():
            return "°"
        if _is_custom(text, before) or text in {"*", "**", "***", "ª"}:
            return text
        if _NOTES.fullmatch(text):
            return _ASCII_DIGITS.sub(lambda digit: digit[0].translate(_RAISED), text)
    return written(text, rise)


def _is_custom(text: str, before: str) -> bool:
    ordinal = _ORDINAL.fullmatch(text) and _NUMBER.search(before)
    return bool(ordinal or (_SHORTENING.fullmatch(text) and _SHORTENED.search(before)))
