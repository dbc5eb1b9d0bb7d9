"""Sentences, words and what a text keeps coming back to. Every sentence is a slice of the text."""

from __future__ import annotations

import re
from collections import Counter

QUOTE_CHARACTERS = 240

_SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?。！？]+[\"'”’)\]]*(?=\s|\Z)|(?=\n|\Z))")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Frequent words that say nothing about the subject.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        about above after again against almost also although always among another around because been before
        being below between both could does doing down during each either else even ever every first from
        further have having here however into itself just like many might more most much must never only
        other others over people quite rather really same several shall should since some such than that
        their them then there therefore these they thing things this those though through under until upon
        very want well were what when where whether which while will with within without would your
        """,
    )
)


def sentences(text: str) -> list[str]:
    """The text's sentences (lines, where it has no full stops), word for word, each with a letter in it."""
    found = (match.group().strip() for match in _SENTENCE.finditer(text))
    return [sentence for sentence in found if _WORD.search(sentence)]


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def quote(sentence: str) -> str:
    """The sentence, or its beginning up to a blank where it is very long: still word for word."""
    if len(sentence) <= QUOTE_CHARACTERS:
        return sentence
    head = sentence[:QUOTE_CHARACTERS]
    return head[: head.rfind(" ")] if " " in head else head


def topics(text: str, most: int = 3) -> list[str]:
    """The words a text keeps coming back to, in order of how often it does."""
    forms: dict[str, Counter[str]] = {}
    for word in words(text):
        if len(word) > 3:
            forms.setdefault(word.lower(), Counter())[word] += 1
    counted = sorted(forms, key=lambda word: -forms[word].total())
    kept = [word for word in counted if word not in _COMMON][:most]
    return [_as_written(forms[word]) for word in kept]


def _as_written(forms: Counter[str]) -> str:
    """A name keeps its capital; a word that stands small anywhere is no name."""
    return next((form for form in forms if form.islower()), forms.most_common(1)[0][0])


def listed(items: list[str]) -> str:
    """One, one and two, one, two and three."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
