"""Normalised text: NFC, newlines only, no invisible characters, no trailing blanks, no tabs."""

from __future__ import annotations

import re
import unicodedata

from .symbols import without_private

_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACE = re.compile("[\u1680\u2000-\u200a\u205f\u3000]")  # no-break spaces stay: they carry meaning
_BLANKS = re.compile("[ \t]+")
_GAP = re.compile("\n{3,}")
_SURROGATE = re.compile("[\ud800-\udfff]")

# Soft hyphens and byte order marks are in honest documents: they go without a word.
_SILENT = re.compile("[\xad\ufeff]")

# Controls, bidirectional overrides (which show text in another order than it is read), zero-width and tag
# characters (which hide text from people but not from a model), and code points that are no characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufdd0-\ufdef\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
    # Joiners shape Persian, Hindi and emoji; beside ASCII they only hide.
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# One word: an ideograph or kana, or up to 40 other visible characters. The bound makes an endless run of
# letters as costly as it is for a model, and lets it be split like anything else.
WORD = re.compile(f"[{_IDEOGRAPH}]|[^\\s{_IDEOGRAPH}]{{1,40}}")


def count_words(text: str) -> int:
    """Words as WORD finds them, counted without holding them."""
    return sum(1 for _ in WORD.finditer(text))


def words_in(text: str) -> int:
    """Words as people count them, the same on every page and in the hand-in form: a dash alone is none."""
    return sum(1 for word in WORD.findall(text) if any(map(str.isalnum, word)))


def unify_lines(text: str) -> str:
    """The text with every kind of line end as a newline."""
    return _LINE_END.sub("\n", text)


def clean(text: str) -> tuple[str, int]:
    """Normalise text; also return how many invisible characters were taken out."""
    text = _SILENT.sub("", unify_lines(text))
    text, invisible = _INVISIBLE.subn("", text)
    text = without_private(_SPACE.sub(" ", _SURROGATE.sub("\ufffd", text)))
    lines = (_clean_line(line) for line in unicodedata.normalize("NFC", text).split("\n"))
    return _GAP.sub("\n\n", "\n".join(lines)).strip("\n"), invisible


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def _clean_line(line: str) -> str:
    body = line.strip(" \t")
    if not body:
        return ""
    indent = line[: line.index(body[0])].expandtabs(4)
    return indent + _BLANKS.sub(" ", body)
