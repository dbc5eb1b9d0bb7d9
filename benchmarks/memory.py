"""What a job and a flow in line take of the gate's memory, in Valkey.

`PYTHONPATH=. python benchmarks/memory.py [jobs]`. The same number of jobs in line twice: in few flows, and
each in a flow of its own. What differs is the flows'. rq's own hash and list are not in it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from _line import Line, server

if TYPE_CHECKING:
    import redis

JOBS_OF_A_FLOW = 10


def main() -> None:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with server() as client:
        few, many = jobs // JOBS_OF_A_FLOW, jobs
        with_few, with_many = (taken(client, jobs, flows) for flows in (few, many))
        flow = (with_many - with_few) / (many - few)
        job = (with_few - few * flow) / jobs
        print(f"{jobs:,} jobs in {few:,} flows: {with_few / 2**20:.1f} MB")
        print(f"{jobs:,} jobs in {many:,} flows: {with_many / 2**20:.1f} MB")
        print(f"a job {job:.0f} bytes, a flow {flow:.0f} bytes")


def taken(client: redis.Redis, jobs: int, flows: int) -> int:
    client.flushdb()
    before = used(client)
    Line(client, jobs, flows=flows)
    return used(client) - before


def used(client: redis.Redis) -> int:
    """Bytes, without what the server keeps for each connection."""
    client.connection_pool.disconnect()
    return int(client.info("memory")["used_memory"])


if __name__ == "__main__":
    main()
