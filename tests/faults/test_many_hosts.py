"""Several hosts, as network namespaces on this machine: the trials of `make hosts`, each on its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hosts.campus import Campus
from tests.hosts.network import missing
from tests.hosts.trials import TRIALS

pytestmark = [
    pytest.mark.faults,
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.xdist_group("hosts"),
]

OF_A_QUICK_MACHINE = {"throughput"}  # its figures are those of the machine


@pytest.fixture(scope="module")
def campus() -> Iterator[Campus]:
    if why := missing():
        pytest.skip(why)
    with Campus(students=4) as campus:
        yield campus


@pytest.mark.parametrize("name", sorted(set(TRIALS) - OF_A_QUICK_MACHINE))
def test_no_promise_is_broken(name: str, campus: Campus) -> None:
    outcome = TRIALS[name](campus)
    assert outcome.problems == []
    assert int(outcome.verdict.counts["kept"].split("/")[1]) > 0
