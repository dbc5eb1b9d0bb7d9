from __future__ import annotations

from collections.abc import Iterator

import pytest

from feedback.selectors.upstreams import tuning
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.people import assignment, classmate, operator, outsider, owner, teacher

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedProvider]:
    tuning.forget()
    with in_place_of("offline", ScriptedProvider(), monkeypatch) as scripted:
        yield scripted
    tuning.forget()
