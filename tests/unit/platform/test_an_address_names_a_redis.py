"""What an address says of a Redis, and which addresses are refused at the start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from limiter.base.addresses import connected, queue_options, sentinels_of


def test_sentinels_are_named_one_after_the_other() -> None:
    found = sentinels_of("redis-sentinel://app:p%40ss@one,two:26380,[::1]:26381/3?master=campus")
    assert found is not None
    assert found.hosts == (("one", 26379), ("two", 26380), ("::1", 26381))
    assert found.master == "campus"
    assert found.options.items() >= {"db": 3, "username": "app", "password": "p@ss"}.items()


def test_redis_and_sentinels_have_logins_of_their_own() -> None:
    found = sentinels_of("rediss-sentinel://:a@one/0?master=m&sentinel_username=u&sentinel_password=b%26")
    assert found is not None
    assert found.options.items() >= {"db": 0, "password": "a", "ssl": True}.items()
    assert {**found.sentinel_options}.items() >= {"username": "u", "password": "b&", "ssl": True}.items()
    assert "b&" not in repr(found)


def test_a_server_stays_a_url() -> None:
    assert sentinels_of("redis://one/0") is None
    assert queue_options("redis://one/0") == {"URL": "redis://one/0"}
    assert connected("redis://one/5").connection_pool.connection_kwargs["db"] == 5


@pytest.mark.parametrize(
    "address",
    ["redis-sentinel://one/0", "redis-sentinel://?master=m", "redis-sentinel://one:x?master=m",
     "redis-sentinel://one,?master=m", "redis-sentinel://one/a?master=m", "http://one", "redis://one:x"],
)  # fmt: skip
def test_what_names_none_is_refused_at_the_start(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", address)
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        env.redis("REDIS_URL")
