"""Finding listed phrases in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for whole phrases, longest first, across line breaks and either apostrophe."""
    return matching(
        re.escape(phrase).replace(r"\ ", " ") for phrase in sorted(phrases, key=len, reverse=True)
    )


def matching(patterns: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of some expressions in which a space stands for any white space."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    spaced = joined.replace(" ", r"\s+").replace("'", "['’]")
    return re.compile(rf"(?<![\w’'-])(?:{spaced})(?![\w-])", re.IGNORECASE)


def normal(phrase: str) -> str:
    """A found phrase as the lists write it."""
    return re.sub(r"\s+", " ", phrase).lower().replace("’", "'")


def like(original: str, replacement: str) -> str:
    """The replacement with the capital of the original."""
    return replacement[:1].upper() + replacement[1:] if original[:1].isupper() else replacement
