"""The engine of spelling and grammar may be slow to start where much else runs."""

from __future__ import annotations

import pytest

from feedback.providers.offline import checks, proven, rules  # noqa: F401 (importing checks registers the rules)
from feedback.providers.offline.mechanics import client


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "START_SECONDS", 300.0)
    monkeypatch.setattr(client, "ANSWER_SECONDS", 300.0)


@pytest.fixture
def all_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are not proven speak too."""
    monkeypatch.setattr(proven, "PROVEN", frozenset(rules.RULES))
