"""A change of a setting is named as the admin's form names it."""

from __future__ import annotations

import pytest

from limiter.configuration.history import Change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("requests_per_minute", 100.2, 60.0), "requests per minute: 100.2 → 60"),
        (Change("in_line", None, 40), "in line: none → 40"),
        (Change("weight_factor", None, 2.0), "weight factor: none → 2"),
        (Change("is_default", False, True), "is default: no → yes"),
        (Change("members", "", "bedrock"), "members: none → bedrock"),
    ],
)
def test_a_change_has_the_name_of_its_field(change: Change, words: str) -> None:
    assert str(change) == words
