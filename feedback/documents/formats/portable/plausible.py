"""A check that the text of a PDF can be what its pages show. Garbled text is refused before it costs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedback.documents.characters.hyphens import share_of_small_words
from feedback.documents.errors import Garbled, WrongType
from feedback.documents.messages import DYNAMIC_FORM

_FEWEST = 30  # words that say anything
_TOKEN = re.compile(r"\S+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]{4,}")
_VOWEL = re.compile(r"[aeiouyà-æè-ïò-öø-üýÿœ]", re.IGNORECASE)
_NO_LETTER = re.compile("[\ufffd\ue000-\uf01f\uf100-\uf8ff\x00-\x08\x0e-\x1f]")
_MIXED = re.compile(
    r"\w*(?:[A-Za-z]\d[A-Za-z]|[a-z][A-Z][a-z]*[A-Z]|[A-Za-z][^\w\s'’.,@/:&()\[\]-][A-Za-z])\w*"
)
_ADOBE_ALONE = re.compile(r"If this message is not eventually replaced by the proper contents", re.IGNORECASE)
_MOST = 0.3  # of words without a vowel, of letters in words without end, of undecoded signs
_SMALL = 0.06  # of words: letters that a font does not explain are right where they make a language
_LONG = 35  # letters of a word that is several
_ENDLESS = re.compile(rf"[A-Za-z]{{{_LONG},}}")


def refuse_garbled(lines: Sequence[str], undecoded: int, letters: int) -> None:
    """Raise Garbled where the letters cannot be those of the pages, WrongType where no page shows them."""
    text = "\n".join(lines)
    if _ADOBE_ALONE.search(text[:2_000]):
        raise WrongType(DYNAMIC_FORM)
    tokens = _TOKEN.findall(text)
    if letters and undecoded > letters * _MOST and share_of_small_words(text) < _SMALL:
        raise Garbled
    size = max(1, sum(map(len, tokens)))
    if len(_NO_LETTER.findall(text)) > size * _MOST / 2:
        raise Garbled
    endless = sum(map(len, _ENDLESS.findall(text)))
    if endless > size * _MOST and size > _LONG * 3:
        raise Garbled
    latin = _LATIN.findall(text)
    if len(latin) >= _FEWEST and sum(not _VOWEL.search(word) for word in latin) > len(latin) * _MOST:
        raise Garbled
    if len(tokens) >= _FEWEST and sum(map(bool, map(_MIXED.fullmatch, tokens))) > len(tokens) * _MOST:
        raise Garbled
