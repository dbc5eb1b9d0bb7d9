"""The limiter reports to its listeners without knowing them."""

from __future__ import annotations

import pytest

from limiter.operations import watch


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    heard: list[tuple[str, str, str]] = []

    def listen(operation: str, upstream: str, seconds: float, error: BaseException | None) -> None:
        assert seconds >= 0
        heard.append((operation, upstream, type(error).__name__))

    monkeypatch.setattr(watch, "_watchers", [])
    watch.add_watcher(listen)
    watch.add_watcher(listen)
    return heard


def test_an_operation_is_reported_once_when_it_is_over(reported: list[tuple[str, str, str]]) -> None:
    with watch.watched("admit", "bedrock"):
        assert reported == []
    assert reported == [("admit", "bedrock", "NoneType")]


def test_one_that_fails_is_reported_with_its_error_and_still_raises(
    reported: list[tuple[str, str, str]],
) -> None:
    with pytest.raises(LookupError), watch.watched("settle", "bedrock"):
        raise LookupError
    assert reported == [("settle", "bedrock", "LookupError")]
