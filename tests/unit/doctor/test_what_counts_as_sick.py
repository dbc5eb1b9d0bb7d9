"""Where the doctor draws its lines, on facts as the servers tell them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from feedback.operations.doctor.clocks import _compared
from feedback.operations.doctor.examination import Check, examine
from feedback.operations.doctor.postgres import _enough, _room, _version
from feedback.operations.doctor.redis import _memory, _persistence
from feedback.operations.doctor.redis import _version as redis_version
from feedback.terminal.doctor import findings_as_json, findings_as_table

REDIS: dict[str, Any] = {
    "redis_version": "7.2.4", "uptime_in_seconds": 7200, "maxmemory_policy": "noeviction", "maxmemory": 0,
    "used_memory": 2**20, "aof_enabled": 1, "aof_last_write_status": "ok", "rdb_last_bgsave_status": "ok",
}  # fmt: skip


@pytest.mark.parametrize(("number", "level"), [("130012", "fail"), ("140000", "ok"), ("180004", "ok")])
def test_postgres_14_is_the_oldest(number: str, level: str) -> None:
    assert _version(number, "some").level == level


@pytest.mark.parametrize(("used", "level"), [("80", "ok"), ("81", "warn")])
def test_connections_may_get_scarce(used: str, level: str) -> None:
    assert _room(used, "100").level == level


@pytest.mark.parametrize(("processes", "level"), [(12, "ok"), (13, "warn")])
def test_what_processes_may_take_is_what_the_server_gives(processes: int, level: str) -> None:
    assert _enough(processes, pool=8, most=97).level == level


@pytest.mark.parametrize(
    ("reply", "level"),
    [
        ({"redis_version": "6.2.14"}, "fail"),
        ({"redis_version": "7.0.15"}, "ok"),
        ({"redis_version": "7.2.4", "valkey_version": "8.0.1"}, "ok"),
    ],
)
def test_redis_7_is_the_oldest(reply: dict[str, Any], level: str) -> None:
    assert redis_version({**REDIS, **reply}).level == level


@pytest.mark.parametrize(
    ("reply", "level"),
    [
        ({}, "ok"),
        ({"maxmemory": 2**21}, "ok"),
        ({"maxmemory": 2**20}, "warn"),
        ({"maxmemory_policy": "allkeys-lru"}, "fail"),
    ],
)
def test_a_redis_that_evicts_is_no_place_for_a_line(reply: dict[str, Any], level: str) -> None:
    assert _memory({**REDIS, **reply}).level == level


@pytest.mark.parametrize(
    ("reply", "level"),
    [({}, "ok"), ({"aof_enabled": 0}, "warn"), ({"aof_last_write_status": "err"}, "fail")],
)
def test_what_redis_does_not_keep_is_lost(reply: dict[str, Any], level: str) -> None:
    assert _persistence({**REDIS, **reply}).level == level


@pytest.mark.parametrize(("apart", "level"), [(0, "ok"), (3, "warn"), (-3, "warn"), (60, "fail")])
def test_clocks_must_agree(apart: float, level: str) -> None:
    found = _compared("Redis", lambda: time.time() + apart)
    assert found.level == level
    assert ("behind" if apart < 0 else "Redis") in found.found


def test_a_check_that_cannot_be_made_is_a_finding() -> None:
    def breaks() -> list[Any]:
        raise ConnectionResetError("the other end\nhung up")

    (found,) = examine({"line": Check(breaks)})
    assert (found.level, found.found) == ("fail", "ConnectionResetError: the other end")
    assert findings_as_json([found])["healthy"] is False
    assert "1 fail, 0 warn, 0 are well." in findings_as_table([found], colour=False)
