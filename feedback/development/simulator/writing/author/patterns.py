"""A string that a regular expression matches: enough for the patterns that schemas carry."""

from __future__ import annotations

import random
import re
import string
from importlib import import_module
from typing import Any

# The parser that `re` itself stands on; its tokens are stable, its name is not public.
code: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

MORE = 3  # repeats beyond the fewest
_ALPHABET = string.ascii_letters + string.digits + " -_."
_CATEGORIES = {
    code.CATEGORY_DIGIT: string.digits,
    code.CATEGORY_WORD: string.ascii_lowercase,
    code.CATEGORY_SPACE: " ",
    code.CATEGORY_NOT_DIGIT: string.ascii_letters,
    code.CATEGORY_NOT_WORD: "-",
    code.CATEGORY_NOT_SPACE: string.ascii_lowercase,
}


def matching(pattern: str, chance: random.Random, fewest: int = 0) -> str:
    """A match of the whole pattern, as long as `fewest` where its repeats allow it.

    Look-arounds and references to groups are passed over, so patterns with them may not be met.
    """
    try:
        parsed = parser.parse(pattern)
    except re.error:
        return ""
    for more in (1, MORE, fewest):
        text = "".join(_piece(token, chance, more) for token in parsed)
        if len(text) >= fewest:
            return text
    return text


def _piece(token: tuple[Any, Any], chance: random.Random, more: int) -> str:
    kind, value = token
    if kind is code.LITERAL:
        return chr(value)
    if kind is code.ANY:
        return chance.choice(string.ascii_lowercase)
    if kind is code.NOT_LITERAL:
        return next(letter for letter in _ALPHABET if ord(letter) != value)
    if kind is code.IN:
        return chance.choice(_letters(value))
    if kind is code.BRANCH:
        return _all(chance.choice(value[1]), chance, more)
    if kind is code.SUBPATTERN:
        return _all(value[-1], chance, more)
    if kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        low, high, inner = value
        return "".join(_all(inner, chance, more) for _ in range(max(low, min(int(high), low + more))))
    return ""


def _all(tokens: Any, chance: random.Random, more: int) -> str:
    return "".join(_piece(token, chance, more) for token in tokens)


def _letters(members: list[tuple[Any, Any]]) -> str:
    """The letters that a set in brackets allows, of those that a person would type."""
    allowed = ""
    for kind, value in members:
        if kind is code.LITERAL:
            allowed += chr(value)
        elif kind is code.RANGE:
            allowed += "".join(chr(number) for number in range(value[0], min(value[1], value[0] + 60) + 1))
        elif kind is code.CATEGORY:
            allowed += _CATEGORIES.get(value, "")
    if members and members[0][0] is code.NEGATE:
        return "".join(letter for letter in _ALPHABET if letter not in allowed) or "x"
    return allowed or "x"
