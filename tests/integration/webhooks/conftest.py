from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from feedback.models import User, Webhook
from feedback.models.people.webhooks import SUBSCRIBABLE
from feedback.services.webhooks import subscriptions
from tests.integration.alerts.conftest import Inbox, inbox, mailbox
from tests.integration.teaching.conftest import under_review
from tests.people import assignment, classmate, operator, outsider, owner, teacher

__all__ = [
    "Inbox", "assignment", "classmate", "inbox", "mailbox", "operator", "outsider", "owner", "teacher",
    "under_review",
]  # fmt: skip

Make = Callable[..., Webhook]


@pytest.fixture
def make() -> Make:
    """A webhook of somebody, which hears of everything."""

    def made(owner: User, url: str = "https://hooks.example.org/", **fields: Any) -> Webhook:
        values = {"events": list(SUBSCRIBABLE), "token": None, **fields}
        return subscriptions.make(owner=owner, url=url, **values)[0]

    return made
