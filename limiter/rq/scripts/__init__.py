"""What is done to rq's records of many runs in one step: one Lua script each.

The fields are rq's own (Job.to_dict, Result.serialize); the scripts write what rq writes, for many at once.
Next to a transaction of rq's commands that spares the client most of its time, and what changed meanwhile is
seen run by run, where a WATCH would void the batch.
"""

from __future__ import annotations

from pathlib import Path

from limiter.gate.redis.loader import load
from limiter.limits.redis.source import beside

read = beside(Path(__file__).parent)

START = load("start", read)
FINISH = load("finish", read)
