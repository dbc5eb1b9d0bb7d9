"""Which language a text is in, as far as its commonest words tell.

The wording rules are made for English. A wrong guess would shower a German essay with nonsense, so
where the words say nothing the answer is UNKNOWN and only remarks that hold in any language are made.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from feedback.providers.offline.lexicon.common import COMMON

SAMPLE_WORDS = 3000
FEW_WORDS = 20  # below this the share of common words is noise


@dataclass(frozen=True, slots=True)
class Language:
    code: str  # ISO 639-1; "und" where unknown
    name: str

    @property
    def english(self) -> bool:
        return self.code == "en"


ENGLISH = Language("en", "English")
UNKNOWN = Language("und", "a language that I do not know")

_COMMON = {Language(code, name): common for code, name, common in COMMON}
_WORD = re.compile(r"[^\W\d_]+")


def detect(text: str) -> Language:
    """The language whose common words make up the largest share, if that share is large enough."""
    words = [match.group().lower() for match in _some(text)]
    if not words:
        return ENGLISH
    if _foreign_script(words):
        return UNKNOWN
    shares = {
        language: sum(word in common for word in words) / len(words) for language, common in _COMMON.items()
    }
    best = max(shares, key=lambda language: shares[language])
    if len(words) < FEW_WORDS:
        return best if shares[best] > shares[ENGLISH] + 0.2 else ENGLISH
    return best if shares[best] >= 0.12 else UNKNOWN


def _some(text: str) -> list[re.Match[str]]:
    return [match for _, match in zip(range(SAMPLE_WORDS), _WORD.finditer(text), strict=False)]


def _foreign_script(words: list[str]) -> bool:
    letters = "".join(words)[:2000]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin < len(letters) / 2
