"""A connection pool of its own for a worker's threads."""

from __future__ import annotations

from redis import BlockingConnectionPool, Redis
from redis.connection import ConnectionPool
from rq.connections import get_connection_kwargs

ALONGSIDE = 12  # main, commands, renewals, recovery, batch_completer, settler, callbacks
MOST_FOR_SLOTS = 32  # a slot needs Redis for moments: more threads than connections is no harm


def for_threads(connection: Redis, slots: int) -> Redis:
    """The same Redis through a bounded pool; a thread that finds none free waits for one.

    Pools that know more than one server (Sentinel's) are left as they are.
    """
    pool = connection.connection_pool
    if type(pool) not in (ConnectionPool, BlockingConnectionPool):
        return connection
    own = BlockingConnectionPool(  # type: ignore[no-untyped-call]
        max_connections=min(slots, MOST_FOR_SLOTS) + ALONGSIDE,
        timeout=60,
        connection_class=pool.connection_class,
        **get_connection_kwargs(connection),
    )
    return type(connection)(connection_pool=own)
