"""At which multiplier of the longest answer the provider holds is learnt from where its throttles fall."""

from __future__ import annotations

import pytest

from limiter.gate import Outcome, Quota, Reason, Ticket
from tests.unit.gate.bench import Bench, U

TOKENS, OUTPUT = 1_000, 1_000  # of each call
THEIRS = 5  # the provider holds OUTPUT so many times
QUOTA = 60_000  # tokens a minute: ten calls as the provider counts, thirty as we do


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.configure(tokens_per_minute=QUOTA, requests_per_minute=600, burst=100)
    bench.now += 60  # all is free
    return bench


def throttled_after(bench: Bench, calls: int, quota: Quota | None = Quota.TOKENS) -> None:
    """So many calls are sent, and the next is throttled."""
    for number in range(calls + 1):
        bench.offer(f"{bench.now}-{number}", tokens=TOKENS, output=OUTPUT)
    *_, last = bench.admit(calls + 1).leases
    bench.gate.settle(U, last.id, Outcome.THROTTLED, quota=quota)


def learnt(bench: Bench) -> float | None:
    return bench.gate.status(U).multiplier


def held(bench: Bench) -> int:
    bench.now += 120
    bench.gate.offer(U, Ticket("the next", "ben", tokens=TOKENS, output=OUTPUT))
    return next(lease.tokens for lease in bench.admit(100).leases if lease.job == "the next")


def test_throttles_speak_for_the_multiplier_of_the_provider(bench: Bench) -> None:
    throttled_after(bench, QUOTA // (TOKENS + THEIRS * OUTPUT))
    assert learnt(bench) == pytest.approx(THEIRS, rel=0.12)


def test_it_is_known_and_not_followed_unless_an_operator_says_so(bench: Bench) -> None:
    throttled_after(bench, 10)
    assert held(bench) == TOKENS + OUTPUT


def test_where_it_is_followed_the_next_call_is_held_as_the_provider_holds_it(bench: Bench) -> None:
    bench.configure(follow_multiplier=True)
    assert held(bench) == TOKENS + OUTPUT, "nothing was learnt yet"
    bench.now += 600
    throttled_after(bench, 10)
    multiplier = learnt(bench)
    assert multiplier is not None
    bench.now += 120
    bench.offer("later", tokens=TOKENS, output=OUTPUT)
    later = next(lease for lease in bench.admit(100).leases if lease.job == "later")
    assert later.tokens == pytest.approx(TOKENS + multiplier * OUTPUT, abs=1)


def test_a_throttle_of_the_requests_says_nothing_of_it(bench: Bench) -> None:
    throttled_after(bench, 10, Quota.REQUESTS)
    assert learnt(bench) is None


def test_where_the_quota_is_not_named_the_fuller_limit_is_meant(bench: Bench) -> None:
    bench.configure(burst=12)
    throttled_after(bench, 10, None)
    assert learnt(bench) is None, "of the requests a twelfth was free, of the tokens two thirds"
    bench.configure(burst=100)
    bench.now += 600
    throttled_after(bench, 10, None)
    assert learnt(bench) == pytest.approx(THEIRS, rel=0.12)


def test_what_was_learnt_refuses_no_work(bench: Bench) -> None:
    """Only what an operator set may call a job too large for ever."""
    bench.configure(follow_multiplier=True, tokens_burst=4_000)
    bench.now += 60
    throttled_after(bench, 1)
    assert (learnt(bench) or 0) > 4
    place = bench.gate.offer(U, Ticket("large", "ben", tokens=TOKENS, output=OUTPUT))
    assert place.refused is None
    bench.now += 600
    assert "large" in bench.jobs()


def test_what_an_operator_set_still_does(bench: Bench) -> None:
    place = bench.gate.offer(U, Ticket("huge", "ben", tokens=QUOTA, output=OUTPUT))
    assert place.refused is Reason.COST
