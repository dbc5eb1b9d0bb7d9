"""The library's text, and how its functions are called.

The text is the modules joined in the order of FOLDERS, with nothing rewritten. The names of library and
functions carry a digest of it: function names are one namespace for the whole server, over all its databases,
and survive FLUSHALL, so a corrected text needs names of its own, and releases run side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import redis
import redis.asyncio
from redis.exceptions import ResponseError

FOLDER = Path(__file__).parent / "lua"
FOLDERS = {  # in the order in which their modules are joined; each module uses only those before it
    "call": ("layouts", "clock", "server", "context", "wakeups"),
    "limits": (
        "sliding_logs", "sliding_counters", "meters", "meter_changes", "spending", "breakers", "rates",
    ),
    "waiting": (
        "records", "jobs", "flow_queues", "fair_order", "flow_limits", "queue", "list_sync", "leases",
        "precheck", "start_estimate",
    ),
    "operations": (
        "accepted", "admit", "cancel", "configure", "events", "expire", "explain", "forget", "offer",
        "policies", "renew", "reprioritise", "restore", "settle", "status", "unlisted",
    ),
    "named": (
        "limit_values", "limit_fixed_window", "limit_sliding_counter", "limit_sliding_log",
        "limit_token_bucket", "limit_adaptive", "limit_leaky_bucket", "lines", "limits", "concurrency",
        "named_breakers",
    ),
    ".": ("rights", "registrations"),
}  # fmt: skip
PLACES = {module: f"{folder}/{module}.lua" for folder, modules in FOLDERS.items() for module in modules}
*MODULES, LAST = PLACES  # the registrations stand behind what tests replace
PREFIX = "limiter_"  # of the names of all libraries
DIGITS = 16
RAW = {"NEVER_DECODE": True}  # also where the connection decodes: a packed record is no text


@dataclass(frozen=True, slots=True)
class Library:
    name: str
    text: str

    def call(
        self,
        connection: redis.Redis,
        function: str,
        keys: Sequence[str],
        args: Sequence[str | bytes | float] = (),
    ) -> Any:
        """Call a function; a server that lacks the library (a restart, FUNCTION FLUSH, a failover) is given
        it first.

        Texts in the reply are bytes. Raises what the client raises, where the load is refused as well. Takes
        no pipeline: what stood beside a missing function in MULTI would be committed without it.
        """
        if isinstance(connection, redis.client.Pipeline):
            raise TypeError("A function is never called in a pipeline")
        words = (f"{self.name}_{function}", len(keys), *keys, *args)
        try:
            return connection.execute_command("FCALL", *words, **RAW)  # type: ignore[no-untyped-call]
        except ResponseError as error:
            if "function not found" not in str(error).lower():
                raise
        self.load(connection)
        return connection.execute_command("FCALL", *words, **RAW)  # type: ignore[no-untyped-call]

    async def acall(
        self,
        connection: redis.asyncio.Redis,
        function: str,
        keys: Sequence[str],
        args: Sequence[str | bytes | float] = (),
    ) -> Any:
        """The same for asyncio."""
        words = (f"{self.name}_{function}", len(keys), *keys, *args)
        try:
            return await connection.execute_command("FCALL", *words, **RAW)  # type: ignore[no-untyped-call]
        except ResponseError as error:
            if "function not found" not in str(error).lower():
                raise
        try:
            await connection.function_load(self.text)
        except ResponseError as error:
            if "already exists" not in str(error):
                raise
        return await connection.execute_command("FCALL", *words, **RAW)  # type: ignore[no-untyped-call]

    def load(self, connection: redis.Redis) -> None:
        """Give the server the library. That another process did so at the same moment is no error."""
        try:
            connection.function_load(self.text)
        except ResponseError as error:
            if "already exists" not in str(error):
                raise


@cache
def read(module: str) -> str:
    return (FOLDER / PLACES[module]).read_text(encoding="utf-8")


@cache
def joined(*replacements: str) -> Library:
    """The library. Tests replace functions of its modules: their texts stand before the registrations."""
    body = "\n".join([*map(read, MODULES), *replacements, read(LAST)])
    name = PREFIX + sha256(body.encode()).hexdigest()[:DIGITS]
    return Library(name, f'#!lua name={name}\nlocal library = "{name}"\n\n{body}')


LIBRARY = joined()
