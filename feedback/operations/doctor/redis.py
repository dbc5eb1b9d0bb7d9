"""Redis: is it there, is it new enough, does it keep what it is given?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from redis.exceptions import RedisError

from limiter.functions.rights import missing_rights
from limiter.gates import connection

from .model import Finding, fail, ok, warn

if TYPE_CHECKING:
    from redis import Redis

OLDEST = (7, 0)  # it knows functions
FULL = 0.9  # share of its memory
ADVICE = "Start the server that REDIS_URL names, or correct the address. Work waits in PostgreSQL until then."


def redis() -> Iterator[Finding]:
    client = connection()
    if client is None:
        yield ok("redis", "Solo needs none.")
        return
    try:
        info: dict[str, Any] = client.info()
    except RedisError as error:
        yield fail("redis", f"It does not answer: {_in_short(error)}", ADVICE)
        return
    version = _version(info)
    yield version
    if version.level == "ok":
        yield _rights(client)
    yield _memory(info)
    yield _persistence(info)
    if info.get("role") not in (None, "master"):
        yield fail(
            "redis", f"This is a {info['role']}, which can't be written.", "Give REDIS_URL the primary."
        )


def _version(info: dict[str, Any]) -> Finding:
    name = "Valkey" if "valkey_version" in info else "Redis"
    number = str(info.get("valkey_version") or info["redis_version"])
    if name == "Redis" and tuple(map(int, number.split(".")[:2])) < OLDEST:
        return fail(
            "redis",
            f"{name} {number}",
            "Use Redis 7 or newer, or Valkey: older ones know no functions.",
        )
    return ok("redis", f"{name} {number}, up for {int(info['uptime_in_seconds']) // 3600} h")


def _rights(client: Redis) -> Finding:
    missing = missing_rights(client)
    if missing:
        return fail(
            "redis",
            f"This account may not run {', '.join(missing)}.",
            "Give it the rights that docs/gate.md names.",
        )
    return ok("redis", "this account may run all that the gate's functions call")


def _memory(info: dict[str, Any]) -> Finding:
    policy, most, used = info["maxmemory_policy"], int(info["maxmemory"]), int(info["used_memory"])
    if policy != "noeviction":
        return fail(
            "redis",
            f"maxmemory-policy is {policy}: it may throw away the line and its leases.",
            "Set maxmemory-policy noeviction: this is no cache.",
        )
    if most and used > FULL * most:
        return warn("redis", f"{used / most:.0%} of its memory is used.", "Raise maxmemory.")
    bound = f"of {most / 2**20:.0f} MB" if most else "with no bound"
    return ok("redis", f"{used / 2**20:.0f} MB used {bound}; nothing is evicted")


def _persistence(info: dict[str, Any]) -> Finding:
    if info.get("aof_last_write_status", "ok") != "ok" or info.get("rdb_last_bgsave_status", "ok") != "ok":
        return fail("redis", "It could not write to its disk.", "Look into its log and its disk.")
    if not int(info["aof_enabled"]):
        return warn(
            "redis",
            "It keeps no append-only file: a restart loses the line, which reconcile then rebuilds.",
            "Set appendonly yes for a restart that nobody notices.",
        )
    where = "embedded" if settings.EMBEDDED_REDIS else "append-only file"
    return ok("redis", f"what it is given is kept ({where})")


def _in_short(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
