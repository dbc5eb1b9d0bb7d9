from __future__ import annotations

from tests.people import assignment, classmate, operator, outsider, owner, teacher

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]
