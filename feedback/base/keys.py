"""Keys as people, other programs and forms say them."""

from __future__ import annotations

from uuid import UUID


def key_in(text: str) -> UUID | None:
    """None where this is no key of ours."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None
