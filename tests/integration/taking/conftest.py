from __future__ import annotations

import pytest

from feedback.models import Document, User
from tests.factories import reading
from tests.people import assignment, classmate, operator, outsider, owner, teacher

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]


@pytest.fixture
def document(owner: User) -> Document:
    """Read, with comments, one of them tied to no passage."""
    made = reading.a_read_document(owner, title="On bees")
    section = made.sections.get(position=1)
    reading.comment(section.feedback, section, "words that are not there", "Nowhere to be found.", 2)
    return made
