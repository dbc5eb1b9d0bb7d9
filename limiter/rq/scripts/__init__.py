"""What is done to rq's records of many runs in one step: one Lua script each.

The fields are rq's own (Job.to_dict, Result.serialize); the scripts write what rq writes, for many at once.
Next to a transaction of rq's commands that spares the client most of its time, and what changed meanwhile is
seen run by run, where a WATCH would void the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoScriptError

if TYPE_CHECKING:
    import redis

FOLDER = Path(__file__).parent
RAW = {"NEVER_DECODE": True}  # also where the connection decodes: a job's fields hold what it was given


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    digest: str

    @classmethod
    def read(cls, name: str) -> Script:
        text = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
        return cls(text, sha1(text.encode(), usedforsecurity=False).hexdigest())

    def __call__(self, connection: redis.Redis, keys: tuple[str, ...], *args: str | bytes | float) -> Any:
        """Run it; a server that doesn't know it yet (a restart, a failover) is given it first.

        Never in a pipeline: NOSCRIPT inside MULTI leaves a transaction half done.
        """
        try:
            return self._execute(connection, "EVALSHA", self.digest, len(keys), *keys, *args)
        except NoScriptError:
            return self._execute(connection, "EVAL", self.text, len(keys), *keys, *args)

    @staticmethod
    def _execute(connection: redis.Redis, *words: str | bytes | float) -> Any:
        return connection.execute_command(*words, **RAW)  # type: ignore[no-untyped-call]


START = Script.read("start")
FINISH = Script.read("finish")
