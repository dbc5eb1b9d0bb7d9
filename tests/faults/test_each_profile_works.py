"""The rows of `make profiles`: each profile at work, and through its fault."""

from __future__ import annotations

import pytest

from tests.hosts.network import missing
from tests.profiles.measuring import measure
from tests.profiles.rungs import RUNGS

pytestmark = [
    pytest.mark.faults,
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.xdist_group("hosts"),
]


@pytest.mark.parametrize("name", RUNGS)
def test_nothing_is_lost_or_doubled(name: str) -> None:
    rung = RUNGS[name]
    if rung.wants_hosts and (why := missing()):
        pytest.skip(why)
    outcome = measure(name, rung)
    assert outcome.problems == []
    kept, accepted = outcome.kept.split("/")
    assert kept == accepted != "0"
