"""The address of a Redis, also by the name that Sentinels have for its primary.

    redis://[user:password@]host[:port][/database]    rediss:// with TLS    unix://path[?db=database]
    redis-sentinel://[user:password@]host[:port][,host[:port]…][/database]?master=name

With `rediss-sentinel://` Redis and the Sentinels are asked by TLS. User and password are for Redis; the
Sentinels have theirs: `&sentinel_username=…&sentinel_password=…`.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import redis
import redis.asyncio
import redis.asyncio.retry
import redis.asyncio.sentinel
import redis.sentinel
from redis.backoff import NoBackoff
from redis.retry import Retry

BY_SENTINEL = ("redis-sentinel", "rediss-sentinel")
SCHEMES = ("redis", "rediss", "unix", *BY_SENTINEL)
SENTINEL_PORT = 26379
SENTINEL_SECONDS = 1.0  # for a connection to a Sentinel, and for its answer: the next one is asked after that
PRIMARY_SECONDS = 2.0  # for a connection to the primary: a host that is lost answers nothing
# redis-py would ask a lost Sentinel ten times more, and a command that connects would wait for that, whatever
# its own time-outs are. The next Sentinel is the better second try.
SENTINEL_RETRIES = 0
# A host that is lost refuses nothing: each connection to it would cost a command its whole time-out, one
# after the other, long after another primary leads. The system gives up what stays unanswered for so long,
# also what is idle; a pool makes a connection that has ended anew. Not every system knows every one of
# these.
LOST_AFTER = {
    "TCP_KEEPIDLE": 2,  # seconds
    "TCP_KEEPINTVL": 2,  # seconds
    "TCP_KEEPCNT": 2,
    "TCP_USER_TIMEOUT": 6_000,  # milliseconds
}


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Where Sentinels are, the name by which they know the primary, and how the two are reached."""

    hosts: tuple[tuple[str, int], ...]
    master: str
    options: Mapping[str, Any] = field(repr=False)  # of a connection to Redis
    sentinel_options: Mapping[str, Any] = field(repr=False)  # and of one to a Sentinel


def sentinels_of(address: str) -> Sentinels | None:
    """What an address says of Sentinels; None where it names a server. Raises ValueError."""
    parts = urlsplit(address)
    if parts.scheme not in BY_SENTINEL:
        return None
    login, _, hosts = parts.netloc.rpartition("@")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    database = parts.path.strip("/") or "0"
    if not hosts or not query.get("master") or not database.isdecimal():
        raise ValueError(f"expected {BY_SENTINEL[0]}://host:port,host:port/database?master=name")
    tls = {"ssl": True} if parts.scheme.startswith("rediss") else {}
    username, _, password = login.partition(":")
    return Sentinels(
        tuple(map(_host, hosts.split(","))),
        query["master"],
        {
            "db": int(database),
            "socket_connect_timeout": PRIMARY_SECONDS,
            "socket_keepalive": True,
            "socket_keepalive_options": {
                getattr(socket, name): value for name, value in LOST_AFTER.items() if hasattr(socket, name)
            },
            **_login(unquote(username), unquote(password)),
            **tls,
        },
        {
            "socket_timeout": SENTINEL_SECONDS,
            "socket_connect_timeout": SENTINEL_SECONDS,
            "retry": Retry(NoBackoff(), SENTINEL_RETRIES),
            **_login(query.get("sentinel_username", ""), query.get("sentinel_password", "")),
            **tls,
        },
    )


def connected(address: str, **options: Any) -> redis.Redis:
    """A client; the first command connects it. Raises ValueError."""
    found = sentinels_of(address)
    if found is None:
        return redis.Redis.from_url(address, **options)
    manager = redis.sentinel.Sentinel(  # type: ignore[no-untyped-call]
        found.hosts, sentinel_kwargs=dict(found.sentinel_options)
    )
    client: redis.Redis = manager.master_for(found.master, **{**found.options, **options})  # type: ignore[no-untyped-call]
    return client


def connected_async(address: str, **options: Any) -> redis.asyncio.Redis:
    """The same for asyncio."""
    found = sentinels_of(address)
    if found is None:
        return redis.asyncio.Redis.from_url(address, **options)
    retry = redis.asyncio.retry.Retry(NoBackoff(), SENTINEL_RETRIES)
    manager = redis.asyncio.sentinel.Sentinel(  # type: ignore[no-untyped-call]
        found.hosts, sentinel_kwargs={**found.sentinel_options, "retry": retry}
    )
    options = {**found.options, **options, "connection_pool_class": _PoolAndItsSentinels}
    client: redis.asyncio.Redis = manager.master_for(found.master, **options)
    return client


def queue_options(address: str) -> dict[str, Any]:
    """The address as an entry of RQ_QUEUES names it. Raises ValueError."""
    found = sentinels_of(address)
    if found is None:
        return {"URL": address}
    return {
        "SENTINELS": list(found.hosts),
        "MASTER_NAME": found.master,
        "CONNECTION_KWARGS": dict(found.options),
        "SENTINEL_KWARGS": dict(found.sentinel_options),
    }


class _PoolAndItsSentinels(redis.asyncio.sentinel.SentinelConnectionPool):
    """A pool that closes its connections to the Sentinels with its own."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        await super().disconnect(inuse_connections)
        if inuse_connections:  # else it follows a failover
            for each in self.sentinel_manager.sentinels:
                await each.aclose()


def _host(text: str) -> tuple[str, int]:
    name, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):  # no port, or the colons of an address of IPv6
        name, port = text, str(SENTINEL_PORT)
    if not name or not port.isdecimal():
        raise ValueError(f"{text!r} is no host with its port")
    return name.strip("[]"), int(port)


def _login(username: str, password: str) -> dict[str, str]:
    return {name: value for name, value in (("username", username), ("password", password)) if value}
