"""One side of before_and_after.py: a gate of the folder that PYTHONPATH names, driven by lines of JSON.

    {"fill": jobs, "everything": bool}      a queue of so many jobs
    {"admit": k, "calls": n}                so many calls; the leases are kept
    {"settle": several, "calls": n}         so many calls, each of several leases
    {"again": true}                         put in the queue what was settled

Each is answered by a line when it is done.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import redis
from _line import Line, U, settle_all

from limiter.gate import Lease


class Side:
    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._leases: list[Lease] = []
        self._settled: list[str] = []

    def do(self, asked: dict[str, Any]) -> None:
        if "fill" in asked:
            self._line = Line(self._client, asked["fill"], everything=asked["everything"])
        elif "admit" in asked:
            for _ in range(asked["calls"]):
                self._leases += self._line.gate.admit(U, asked["admit"]).leases
        elif "settle" in asked:
            for _ in range(asked["calls"]):
                several = [self._leases.pop() for _ in range(asked["settle"])]
                settle_all(self._line.gate, several)
                self._settled += [lease.job for lease in several]
        else:
            self._line.offer_again(self._settled)
            self._settled.clear()


def main() -> None:
    side = Side(redis.Redis.from_url(sys.argv[1]))
    for line in sys.stdin:
        side.do(json.loads(line))
        print("done", flush=True)


if __name__ == "__main__":
    main()
