"""A check that two stretches that are alike can mean the same: not where a figure or a negation differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_NEGATIONS = frozenset({
    "not", "no", "never", "none", "nobody", "nothing", "nowhere", "neither", "nor", "cannot", "without",
    "hardly", "scarcely", "barely", "t",  # of don't
    "nicht", "nichts", "nie", "niemals", "niemand", "kein", "keine", "keinen", "keinem", "keiner", "keines",
    "ohne", "weder", "kaum", "pas", "jamais", "aucun", "aucune", "rien", "sans", "ni", "nunca", "nada",
    "ningún", "sin", "non", "mai", "niente", "senza", "não", "sem",
})  # fmt: skip
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "mis", "anti", "a")
_NUMBERS = frozenset({
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty",
    "thirty", "forty", "fifty", "hundred", "thousand", "million", "billion", "half", "twice", "first",
    "second", "third", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
    "hundert", "tausend",
})  # fmt: skip
_SAME_WORD = 0.75  # difflib's ratio over letters, as for words that a model mends
_LONG = 4  # letters of a word that carries meaning
_REPLACED = 2  # words of meaning, from which it is another sentence that looks alike


def says_the_same(quoted: Sequence[str], stretch: Sequence[str]) -> bool:
    """Whether a quotation, small edits aside, can be of this stretch of words."""
    if Counter(_weighty(quoted)) != Counter(_weighty(stretch)):
        return False
    replaced = list(_replaced(quoted, stretch))
    return len(replaced) < max(_REPLACED, len(quoted) // 10) and not any(
        are_opposites(*pair) for pair in replaced
    )


def negations(words: Sequence[str]) -> int:
    """How many of these words deny something."""
    return sum(word in _NEGATIONS for word in words)


def has_figure(word: str) -> bool:
    """Whether a word has a digit in it."""
    return any(character.isdigit() for character in word)


def are_opposites(word: str, other: str) -> bool:
    """Whether one word is the other with a prefix that turns its meaning: legal and illegal."""
    longer, shorter = (word, other) if len(word) > len(other) else (other, word)
    return len(shorter) >= _LONG and any(longer == prefix + shorter for prefix in _PREFIXES)


def _weighty(words: Sequence[str]) -> Iterator[str]:
    """Figures and numbers as they stand, every negation as one."""
    for word in words:
        if has_figure(word) or word in _NUMBERS:
            yield word
        elif word in _NEGATIONS:
            yield "not"


def _replaced(quoted: Sequence[str], stretch: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The words of meaning that stand in the place of others; another spelling is the same word."""
    for tag, a, b, c, d in SequenceMatcher(None, quoted, stretch, autojunk=False).get_opcodes():
        if tag == "replace":
            ours, theirs = (
                [word for word in words if len(word) >= _LONG] for words in (quoted[a:b], stretch[c:d])
            )
            yield from (pair for pair in zip(ours, theirs, strict=False) if not _is_spelling(*pair))


def _is_spelling(word: str, other: str) -> bool:
    alike = SequenceMatcher(None, word, other, autojunk=False).ratio() >= _SAME_WORD
    return word[0] == other[0] and alike and not are_opposites(word, other)
