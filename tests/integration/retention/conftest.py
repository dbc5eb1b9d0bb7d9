from __future__ import annotations

from tests.people import assignment, outsider, owner

__all__ = ["assignment", "outsider", "owner"]
