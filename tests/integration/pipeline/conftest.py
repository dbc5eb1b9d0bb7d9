from __future__ import annotations

from tests.people import assignment, classmate, operator, owner, teacher

__all__ = ["assignment", "classmate", "operator", "owner", "teacher"]
