from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage

from limiter.named.stores import in_memory, use_stores
from tests.people import assignment, classmate, operator, outsider, owner, teacher

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    with use_stores(in_memory()):
        yield


def link_in(mail: EmailMessage) -> str:
    """The path of the one link that a mail holds."""
    (path,) = re.findall(r"https?://[^/\s]+(/\S+)", str(mail.body))
    return str(path)
