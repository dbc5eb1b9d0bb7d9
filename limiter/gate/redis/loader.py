"""Joins a script with the pieces it includes, and runs it by its digest.

Redis makes every function of a script anew in each call, used or not, and pays for each outer variable by
its distance. So the joined text keeps only the functions that are reached, declares their names first, far
from the variables that all of them use, and moves what is reached through a function marked `-- rare` into
that function: together this halves the time of a small decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
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
COMMENT = re.compile(r"^ *--.*\n", re.MULTILINE)
FUNCTION = re.compile(r"^local function (\w+).*?^end$", re.MULTILINE | re.DOTALL)
RARE = re.compile(r"^-- rare\nlocal function (\w+)", re.MULTILINE)
WORD = re.compile(r"\w+")

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
    text = _link(_join(name, source, set()))
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def _join(name: str, source: Source, seen: set[str]) -> str:
    seen.add(name)

    def piece(match: re.Match[str]) -> str:
        return "" if match[1] in seen else _join(match[1], source, seen)

    return INCLUDE.sub(piece, source(name))


def _link(text: str) -> str:
    functions = {match[1]: match[0].removeprefix("local ") for match in FUNCTION.finditer(text)}
    main, rare = COMMENT.sub("", FUNCTION.sub("", text)), set(RARE.findall(text))
    hot = _reached(main, functions, stop=rare)

    def placed(match: re.Match[str]) -> str:
        name = match[1]
        if name not in hot:
            return ""
        head, rest = functions[name].split("\n", 1)
        cold = sorted(_reached(rest, functions, stop=rare) - hot) if name in rare else []
        inner = [_names(cold), *(functions[each] for each in cold)]
        return "\n".join([head, *inner, rest])

    return COMMENT.sub("", f"{_names(hot)}\n{FUNCTION.sub(placed, text)}")


def _reached(text: str, functions: dict[str, str], stop: Collection[str] = ()) -> set[str]:
    """The functions that a text calls, directly or through others; `stop` are not looked into."""
    reached: set[str] = set()
    ahead = WORD.findall(text)
    while ahead:
        word = ahead.pop()
        if word in functions and word not in reached:
            reached.add(word)
            ahead += [] if word in stop else WORD.findall(functions[word])
    return reached


def _names(names: Collection[str]) -> str:
    return f"local {', '.join(sorted(names))}" if names else ""
