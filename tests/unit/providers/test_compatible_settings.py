"""What the openai_compatible provider is given: refused with a sentence where it can't work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feedback.providers.models.generation import Generation
from feedback.providers.openai_compatible import CompatibleSettings

GOOD = CompatibleSettings(model="m", base_url="https://gpu.campus.test:8000/v1")


@pytest.mark.parametrize(
    "address",
    [
        "", "gpu.campus.test/v1", "ftp://gpu.campus.test/v1", "https://", "http://x:port/v1", "http://[::1/v1",
        "http://x:99999/v1", "/v1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="base_url must be an address"):
        replace(GOOD, base_url=address)


@pytest.mark.parametrize(
    "address", ["https://user:secret@x/v1", "https://secret@x/v1", "https://:secret@x/v1"]
)
def test_an_address_that_holds_a_password_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(ValueError, match="no user name or password") as caught:
        replace(GOOD, base_url=address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["https://x/v1?key=secret", "https://x/v1#a"])
def test_an_address_ends_with_a_path(address: str) -> None:
    with pytest.raises(ValueError, match="must end with a path"):
        replace(GOOD, base_url=address)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"model": ""}, "needs a model"),
        ({"slots": 0}, "at least 1"),
        ({"connect_timeout": 0}, "longer than 0"),
        ({"read_timeout": -1}, "longer than 0"),
        ({"total_timeout": float("nan")}, "longer than 0"),
        ({"api_key_variable": "A", "api_key_file": "/b"}, "not in both"),
        ({"headers": {"AUTHORIZATION": "Bearer x"}}, "not among the headers"),
        ({"longest_answer_field": "max_length"}, "must be one of"),
        ({"generation": Generation(guardrail="g")}, "no field for a guardrail"),
        ({"generation": Generation(latency="optimized")}, "no field for latency"),
        ({"generation": Generation(extra_fields={"stream": False, "n": 2})}, "set elsewhere: n, stream"),
    ],
)
def test_what_can_not_work_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        replace(GOOD, **changes)  # type: ignore[arg-type]


def test_headers_are_not_shown_as_they_may_hold_a_secret() -> None:
    assert "hush" not in repr(replace(GOOD, headers={"X-Key": "hush"}))
