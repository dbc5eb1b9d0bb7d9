from __future__ import annotations

import pytest

from feedback.models import User
from tests.people import assignment, classmate, operator, outsider, owner, teacher

from .calling import Api

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]


@pytest.fixture
def api(owner: User) -> Api:
    """The owner's program, with a token for everything that students do."""
    return Api.of(owner)
