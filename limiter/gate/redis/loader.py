"""Joins a script with the pieces it includes and runs it by its digest."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoScriptError

if TYPE_CHECKING:
    import redis

FOLDER = Path(__file__).parent
INCLUDE = re.compile(r'^-- include "(\w+)"$', re.MULTILINE)

Source = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    digest: str

    def __call__(self, connection: redis.Redis, keys: tuple[str, ...], *args: str | bytes | float) -> Any:
        """Run it; the server that doesn't know it yet (a restart, a failover) is given it first.

        Never call this with a pipeline: NOSCRIPT inside MULTI leaves a transaction half done.
        """
        try:
            return connection.evalsha(self.digest, len(keys), *keys, *args)
        except NoScriptError:
            return connection.eval(self.text, len(keys), *keys, *args)


@cache
def read(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text(encoding="utf-8")


def load(name: str, source: Source = read) -> Script:
    """The script `name` with its pieces, each once and before its first use. Tests replace the clock."""
    text = _join(name, source, set())
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def _join(name: str, source: Source, seen: set[str]) -> str:
    seen.add(name)

    def piece(match: re.Match[str]) -> str:
        return "" if match[1] in seen else _join(match[1], source, seen)

    return INCLUDE.sub(piece, source(name))
