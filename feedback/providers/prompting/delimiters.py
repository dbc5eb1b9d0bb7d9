"""The fences around other people's words in a prompt, and how to read them back.

A block is `<marginalia:name>`, a line break, the text, a line break, `</marginalia:name>`. Wherever
the text itself has something that is a fence, or that a reader in a hurry could take for one (other
case, blanks or invisible characters in between, a full-width bracket), a tilde goes in after the
bracket. So no text can close its own block or open another, the same text always makes the same
prompt, and ordinary text (formulas and HTML too) passes unchanged, to be quoted word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

WORD = "marginalia"

_INVISIBLE = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]*"
_LOOKS_LIKE_A_FENCE = rf"~*(?:{_INVISIBLE}[/／])?{_INVISIBLE}" + _INVISIBLE.join(WORD)
_OPENING = r"([<＜﹤])"
_ESCAPE = re.compile(rf"{_OPENING}(?={_LOOKS_LIKE_A_FENCE})", re.IGNORECASE)
_UNESCAPE = re.compile(rf"{_OPENING}~(?={_LOOKS_LIKE_A_FENCE})", re.IGNORECASE)
_BLOCK = re.compile(rf"<{WORD}:([a-z_]+)>\n(.*?)\n</{WORD}:\1>", re.DOTALL)


class Block(NamedTuple):
    name: str
    text: str


def fence(name: str, text: str) -> str:
    """Wrap a text so that it can't be taken for anything but the block's content."""
    return f"<{WORD}:{name}>\n{escape(text)}\n</{WORD}:{name}>"


def escape(text: str) -> str:
    return _ESCAPE.sub(r"\1~", text)


def unescape(text: str) -> str:
    return _UNESCAPE.sub(r"\1", text)


def blocks(prompt: str) -> Iterator[Block]:
    """The blocks of a prompt in order, each with the text exactly as it was given to fence."""
    for match in _BLOCK.finditer(prompt):
        yield Block(match[1], unescape(match[2]))
