from __future__ import annotations

from tests.people import assignment, owner

__all__ = ["assignment", "owner"]
