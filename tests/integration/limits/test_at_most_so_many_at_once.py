"""`limiter.concurrency` and `wait=`: through the public interface, by threads, coroutines and processes."""

from __future__ import annotations

import asyncio
import gc
import math
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import redis
from pytest_django import Settings

import limiter
from limiter.named.places.leases import Lease, Renewals, renewals
from limiter.named.stores import in_memory, in_redis, use_stores
from tests.running import PATIENCE

NONSENSE = [math.nan, math.inf, -1, "5", None, True, Decimal(5), 10**400]


@pytest.fixture(params=["redis", "memory"], autouse=True)
def named(request: pytest.FixtureRequest, settings: Settings, redis_client: redis.Redis) -> Iterator[None]:
    settings.CONCURRENCY = {"reports": {"most": 2, "lease_seconds": 3}, "one": {"most": 1}}
    settings.LIMITS = {"quick": {"rate": "20/s", "burst": 1}, "slow": {"rate": "1/h"}}
    settings.LIMITS_STORE_SECONDS = 5  # a busy machine is not a store that is away
    with use_stores(in_redis(redis_client) if request.param == "redis" else in_memory()):
        yield


def reports(**named: Any) -> Any:
    return limiter.concurrency("reports", **named)


def test_no_more_than_may_and_each_end_makes_room() -> None:
    with reports() as first, reports():
        assert reports().state() == (2, 0)
        with pytest.raises(limiter.ConcurrencyExceeded, match="'reports' has its 2 at once") as refused:
            reports().acquire()
        assert (refused.value.in_force, refused.value.ahead) == (2, 0)
        assert not first.is_lost
    assert reports().state() == (0, 0)
    with reports():
        pass


def test_each_key_is_limited_by_itself_and_types_differ() -> None:
    held = []
    for key in (1, "1", True, None, 1.0):
        held.append(limiter.concurrency("one", key=key).acquire())
        with pytest.raises(limiter.ConcurrencyExceeded):
            limiter.concurrency("one", key=key).acquire()


@pytest.mark.parametrize("beside", ["a:line", "a:heard", "a:wake:b"])
def test_a_key_is_not_taken_for_the_line_of_another(beside: str) -> None:
    """Lines stand in Redis beside their keys, by names that a caller's key could have."""
    with limiter.concurrency("one", key=beside), limiter.concurrency("one", key="a"):
        assert limiter.concurrency("one", key="a").state() == (1, 0)
        with pytest.raises(limiter.ConcurrencyExceeded) as refused:
            limiter.concurrency("one", key="a").acquire()
        assert refused.value.ahead == 0
    assert limiter.limit("quick", key=beside).take().allowed
    assert limiter.limit("quick", key="a", wait=5).take().allowed


def test_an_exception_passes_through_and_gives_the_place_back() -> None:
    with pytest.raises(ZeroDivisionError), reports():
        1 / 0  # noqa: B018
    assert reports().state() == (0, 0)


def test_one_object_can_be_entered_again_within_itself() -> None:
    mine = reports()
    with mine as outer:
        with mine as inner:
            assert outer.id != inner.id
        assert mine.state() == (1, 0)
    assert mine.state() == (0, 0)


def test_a_decorated_function_holds_a_lease_while_it_runs() -> None:
    @limiter.concurrency("one", key=lambda who: who)
    def report(who: str) -> tuple[int, int]:
        with pytest.raises(limiter.ConcurrencyExceeded):
            limiter.concurrency("one", key=who).acquire()
        return limiter.concurrency("one", key=who).state()

    assert report("ada") == (1, 0)
    assert limiter.concurrency("one", key="ada").state() == (0, 0)


def test_those_that_wait_go_in_the_order_in_which_they_came() -> None:
    one, went, threads = limiter.concurrency("one", wait=60), [], []
    held = one.acquire()

    def go(number: int) -> None:
        with limiter.concurrency("one", wait=60):
            went.append(number)

    for number in range(5):
        threads.append(threading.Thread(target=go, args=(number,)))
        threads[-1].start()
        until(lambda number=number: one.state() == (1, number + 1))
    with pytest.raises(limiter.ConcurrencyExceeded):
        limiter.concurrency("one").acquire()
    one.release(held)
    for thread in threads:
        thread.join(60)
    assert went == [0, 1, 2, 3, 4]


def test_a_wait_that_is_over_leaves_the_line() -> None:
    one = limiter.concurrency("one", wait=0.05)
    held = one.acquire()
    with pytest.raises(limiter.ConcurrencyExceeded):
        one.acquire()
    assert one.state() == (1, 0)
    one.release(held)
    one.acquire()


def test_a_lease_to_which_nothing_refers_ends() -> None:
    reports().acquire()
    gc.collect()
    with reports(), reports(wait=60):
        pass


def test_a_lease_is_renewed_for_as_long_as_it_is_held() -> None:
    with reports() as lease:
        time.sleep(4)  # longer than a lease lives
        assert not lease.is_lost
        assert reports().state() == (1, 0)


def test_one_odd_renewal_ends_none_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    renew, odd = Renewals._renew, [ValueError("an odd moment")]

    def renew_or_fail(self: Renewals, held: list[Lease]) -> bool:
        if odd:
            raise odd.pop()
        return renew(self, held)

    monkeypatch.setattr(Renewals, "_renew", renew_or_fail)
    with reports() as lease:
        time.sleep(4)  # longer than a lease lives
        assert not odd
        assert not lease.is_lost
        assert reports().state() == (1, 0)


def test_one_that_is_not_renewed_ends_and_its_holder_learns_of_it() -> None:
    first, second = reports().acquire(), reports().acquire()
    for lease in (first, second):
        renewals().drop(lease)
    third, fourth = reports(wait=60).acquire(), reports(wait=60).acquire()
    renewals().add(first)
    until(lambda: first.is_lost)
    for lease in (second, third, fourth):
        reports().release(lease)


@pytest.mark.parametrize("wait", NONSENSE)
def test_a_wait_is_a_number_of_seconds(wait: Any) -> None:
    for made in (limiter.concurrency, limiter.limit):
        with pytest.raises(ValueError, match="wait is"):
            made("one", wait=wait)


# Coroutines -------------------------------------------------------------------------------------


def test_coroutines_take_turns() -> None:
    most, now = 0, 0

    @limiter.concurrency("reports", wait=60)
    async def report() -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1

    async def many() -> None:
        await asyncio.gather(*(report() for _ in range(12)))
        async with limiter.concurrency("one"):
            with pytest.raises(limiter.ConcurrencyExceeded):
                await limiter.concurrency("one").aacquire()

    asyncio.run(many())
    assert most == 2
    assert reports().state() == limiter.concurrency("one").state() == (0, 0)


def test_a_coroutine_that_is_cancelled_leaves_the_line() -> None:
    one = limiter.concurrency("one", wait=60)

    async def cancelled() -> None:
        async with one:
            waits = asyncio.create_task(one.aacquire())
            while one.state() != (1, 1):
                await asyncio.sleep(0.01)
            waits.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waits
        assert one.state() == (0, 0)

    asyncio.run(cancelled())


def test_a_breaker_watches_coroutines(settings: Settings) -> None:
    settings.BREAKERS = {"library": {"failures": 1}}

    async def fails() -> None:
        raise ConnectionError

    async def twice() -> None:
        with pytest.raises(ConnectionError):
            await limiter.breaker("library").acall(fails)
        with pytest.raises(limiter.CircuitOpenError):
            await limiter.breaker("library").acall(fails)

    asyncio.run(twice())


# Limits that are waited for ---------------------------------------------------------------------


def test_a_limit_is_waited_for() -> None:
    quick = limiter.limit("quick", wait=60)
    began = time.monotonic()
    for _ in range(5):
        quick.enforce()
    assert time.monotonic() - began >= 4 / 20, "one at once, and then one each twentieth of a second"


def test_coroutines_wait_for_a_limit_in_their_order() -> None:
    went: list[int] = []

    async def take(number: int) -> None:
        await limiter.limit("quick", wait=60).aenforce()
        went.append(number)

    async def many() -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in range(6):
                tasks.create_task(take(number))
                await asyncio.sleep(0.01)

    asyncio.run(many())
    assert sorted(went) == list(range(6))


def test_what_can_not_be_had_in_time_is_refused_and_costs_nothing() -> None:
    slow = limiter.limit("slow", wait=0.05)
    slow.enforce()
    with pytest.raises(limiter.LimitExceeded) as refused:
        slow.enforce()
    assert refused.value.retry_after > 60
    assert slow.peek().remaining == 0


def until(holds: Any) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_lease_that_is_released_while_it_is_renewed_stays_released(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = reports()
    lease = mine.acquire()
    renewal, go_on = threading.Event(), threading.Event()
    renew = lease.behind.concurrency.renew

    def slowly(*args: Any) -> Any:
        renewal.set()
        go_on.wait(PATIENCE)
        return renew(*args)

    monkeypatch.setattr(lease.behind.concurrency, "renew", slowly)
    renewing = threading.Thread(target=_renew_now, args=(lease,))
    renewing.start()
    assert renewal.wait(PATIENCE)
    releasing = threading.Thread(target=mine.release, args=(lease,))
    releasing.start()
    releasing.join(0.2)  # before the renewal, were it not to wait for it
    go_on.set()
    for thread in (renewing, releasing):
        thread.join(PATIENCE)
    assert mine.state() == (0, 0)


def _renew_now(lease: Lease) -> None:
    """As the thread of the renewals does."""
    all_of_them = renewals()
    with all_of_them._renewing:
        all_of_them._renew([lease])
