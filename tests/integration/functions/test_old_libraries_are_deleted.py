from __future__ import annotations

import redis

from limiter.functions import LIBRARY
from limiter.functions.housekeeping import UNUSED_FOR, forget_unused, libraries_key, names
from limiter.functions.library import joined
from limiter.gate.redis import RedisGate

KEY = libraries_key("limiter")
OLDER = joined("-- an older release")


def age(server: redis.Redis, name: str) -> None:
    """Let a day pass since a library was noted."""
    server.zincrby(KEY, -UNUSED_FOR, name)


def test_a_worker_notes_the_library_that_it_uses(server: redis.Redis) -> None:
    RedisGate(server).expire("bedrock")
    assert server.zrange(KEY, 0, -1) == [LIBRARY.name.encode()]


def test_one_that_no_worker_used_for_a_day_is_deleted(server: redis.Redis) -> None:
    RedisGate(server, library=OLDER).expire("bedrock")
    RedisGate(server).expire("bedrock")
    assert forget_unused(server) == ()
    age(server, OLDER.name)
    assert forget_unused(server) == (OLDER.name,)
    assert names(server) == [LIBRARY.name]
    assert server.zrange(KEY, 0, -1) == [LIBRARY.name.encode()]


def test_one_that_is_used_again_stays(server: redis.Redis) -> None:
    gate = RedisGate(server, library=OLDER)
    gate.expire("bedrock")
    age(server, OLDER.name)
    gate.expire("bedrock")
    assert forget_unused(server) == ()


def test_one_that_was_never_noted_stays_for_a_day(server: redis.Redis) -> None:
    OLDER.load(server)
    assert forget_unused(server) == ()
    assert forget_unused(server) == ()
    age(server, OLDER.name)
    assert forget_unused(server) == (OLDER.name,)


def test_our_own_and_those_of_others_stay(server: redis.Redis) -> None:
    LIBRARY.load(server)
    server.function_load("#!lua name=another\nredis.register_function('another', function() return 1 end)")
    server.zadd(KEY, {LIBRARY.name: 1, "another": 1})
    assert forget_unused(server) == ()
    assert server.fcall("another", 0) == 1


def test_a_deleted_one_that_is_used_all_the_same_is_loaded_again(server: redis.Redis) -> None:
    gate = RedisGate(server, library=OLDER)
    gate.expire("bedrock")
    age(server, OLDER.name)
    forget_unused(server)
    gate.expire("bedrock")
    assert names(server) == [OLDER.name]
