"""Words that a line's end broke: whether their hyphen is the word's own or the line's.

First the document decides, by how it writes the word elsewhere; then a word list (pyspellchecker's, by
language); then the parts: two words that are known make a compound, which English writes with a hyphen and
German does not.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LANGUAGES = {
    "en": ("the", "of", "and", "to", "in", "that", "was", "is"),
    "de": ("der", "die", "und", "das", "ist", "nicht", "den", "ein"),
    "fr": ("le", "les", "des", "est", "et", "une", "dans", "que"),
    "es": ("el", "los", "que", "una", "las", "por", "con", "y"),
    "it": ("il", "che", "di", "della", "per", "una", "sono", "gli"),
    "pt": ("o", "os", "uma", "não", "que", "do", "da", "em"),
    "nl": ("de", "het", "een", "van", "niet", "zijn", "dat", "en"),
}
_SOLID = frozenset({"de", "nl"})  # languages that write compounds as one word
_AND = frozenset({"and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "en", "of"})
_SPELLINGS = (("our", "or"), ("isation", "ization"), ("ise", "ize"), ("ising", "izing"), ("tre", "ter"))
_SHORTEST_PART = 3  # letters of a word that can stand in a compound


@dataclass(frozen=True)
class Hyphens:
    """The rules by which one document's broken words are joined."""

    language: str
    own: Collection[str]  # the document's words that no line broke, in lower case

    @classmethod
    def of(cls, lines: Iterable[str]) -> Hyphens:
        """For a document of these lines: the first and the last word of a line may be parts."""
        words: Counter[str] = Counter()
        for line in lines:
            found = _WORD.findall(line.lower())
            words.update(found[:-1] if line.endswith("-") else found)
        return cls(_language(words), frozenset(words))

    def joined(self, before: str, after: str) -> str:
        """What stands between the parts of a broken word: nothing, the hyphen, or hyphen and blank."""
        first, second = before.rstrip("-").lower(), after.lower()
        if second in _AND and first not in _AND:  # pre- and postwar
            return "- "
        is_letter = len(first) == 1  # X-ray: no rule of typesetting leaves one letter behind
        if is_letter or "-" in first or not after[:1].islower() or f"{first}-{second}" in self.own:
            return "-"
        solid = first + second
        if solid in self.own or self.knows(solid):
            return ""
        is_compound = len(first) >= _SHORTEST_PART and self._is_word(first) and self._is_word(second)
        if is_compound and self.language not in _SOLID:
            return "-"
        return "-" if "-" in second or self._is_prefix(first, second) else ""

    def knows(self, word: str) -> bool:
        """Whether the word list has this word, in British or American spelling."""
        return word in self._words or any(
            old in word and word.replace(old, new) in self._words for old, new in _SPELLINGS
        )

    def _is_word(self, part: str) -> bool:
        return part in self.own or self.knows(part)

    def _is_prefix(self, first: str, second: str) -> bool:
        return first in _PREFIXES and self._is_word(second) and self.language not in _SOLID

    @cached_property
    def _words(self) -> frozenset[str]:
        """The list of the document's language, read when a word is broken for the first time."""
        if not self.language:
            return frozenset()
        packed = files("spellchecker").joinpath("resources", f"{self.language}.json.gz").read_bytes()
        return frozenset(json.loads(gzip.decompress(packed)))


_PREFIXES = frozenset({
    "self", "non", "anti", "pre", "post", "ex", "co", "semi", "quasi", "multi", "inter", "intra", "pro",
    "counter", "well", "ill", "half", "all", "mid", "cross", "low", "high", "long", "short", "sub", "un",
})  # fmt: skip


def _language(words: Counter[str]) -> str:
    """The language with the most small words here; empty where there are none."""
    best, number = _most_small_words(words)
    return best if number else ""


def share_of_small_words(text: str) -> float:
    """The share of words that are small words of one language: none in letters that stand for others."""
    words = Counter(_WORD.findall(text.lower()))
    return _most_small_words(words)[1] / max(1, words.total())


def _most_small_words(words: Counter[str]) -> tuple[str, int]:
    numbers = {code: sum(words[word] for word in small) for code, small in _LANGUAGES.items()}
    best = max(numbers, key=lambda code: numbers[code])
    return best, numbers[best]
