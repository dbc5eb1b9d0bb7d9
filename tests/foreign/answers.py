"""What an answer of the simulator must be, whichever client has read it."""

from __future__ import annotations

from typing import Any


def check_answers(answers: dict[str, Any]) -> None:
    """Plain, streamed, by schema and by tool, as the chat clients write them."""
    assert len(answers["plain"].split()) > 10
    assert answers["streamed"] == answers["plain"]
    assert answers["usage"] == answers["streamed_usage"] > 20
    for review in (answers["by_schema"], answers["by_tool"]):
        assert review.keys() == {"verdict", "points"}
        assert isinstance(review["points"], int)
