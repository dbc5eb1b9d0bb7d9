"""Lists in pages, by a cursor that means nothing to its reader: the last page costs as the first."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from uuid import UUID

from ninja import Query
from pydantic import AfterValidator

MOST = 100


def cursor_at(key: UUID | None) -> str | None:
    """None: there are no more."""
    return base64.urlsafe_b64encode(key.bytes).decode().rstrip("=") if key else None


def _key_of(cursor: str) -> str:
    key_at(cursor)
    return cursor


def key_at(cursor: str | None) -> UUID | None:
    """Raises ValueError for what no list gave out."""
    if cursor is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (binascii.Error, ValueError):
        raise ValueError("no list gave out this cursor") from None


Cursor = Annotated[
    str | None,
    AfterValidator(lambda cursor: cursor if cursor is None else _key_of(cursor)),
    Query(
        None,
        pattern=r"^[A-Za-z0-9_-]{21}[AQgw]$",
        description="The `next` of the page before; without it the newest come.",
    ),
]
PageSize = Annotated[int, Query(20, ge=1, le=MOST, description="How many at most.")]
