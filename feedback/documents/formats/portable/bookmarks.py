"""A PDF's own outline (bookmarks): titles with their levels.

pypdfium2's own walk asks ctypes for addresses, which the limited child forbids: each document with bookmarks
would be refused.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as raw

from .objects import address_of

_DEEPEST = 9
_MOST = 10_000  # bookmarks; an outline can lead back to itself
_LONGEST = 2_000  # bytes of a title


def bookmarks(document: Any) -> list[tuple[int, str]]:
    """The level of each bookmark, from 1, and its title, in the document's order."""
    return list(_below(document, None, 1, set()))


def _below(document: Any, parent: Any, level: int, seen: set[int]) -> Iterator[tuple[int, str]]:
    mark = raw.FPDFBookmark_GetFirstChild(document, parent)
    while mark and len(seen) < _MOST and (address := address_of(mark)) not in seen:
        seen.add(address)
        yield level, _title(mark)
        if level < _DEEPEST:
            yield from _below(document, mark, level + 1, seen)
        mark = raw.FPDFBookmark_GetNextSibling(document, mark)


def _title(mark: Any) -> str:
    size = min(raw.FPDFBookmark_GetTitle(mark, None, 0), _LONGEST)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    raw.FPDFBookmark_GetTitle(mark, buffer, size)
    return " ".join(bytes(buffer).decode("utf-16-le", "replace").partition("\0")[0].split())
