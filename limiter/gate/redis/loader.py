"""Joins a script with the pieces it includes, and runs it by its digest.

Constants' values stand in the text where their names are; records are in records.py, and what makes the text
fast is in linker.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoScriptError

from .linker import linked
from .records import Record, declared, placed

if TYPE_CHECKING:
    import redis

FOLDER = Path(__file__).parent
INCLUDE = re.compile(r'^-- include "(\w+)"$', re.MULTILINE)
REMARK = re.compile(r"^ *--(?! (?:rare|inline)$).*\n| +-- .*$", re.MULTILINE)
CONSTANT = re.compile(r"^local ([A-Z][A-Z_]+(?:, [A-Z][A-Z_]+)*) = ([^{}\n]+?)(?: *--.*)?\n", re.MULTILINE)
WORD = re.compile(r"\w+")
RAW = {"NEVER_DECODE": True}  # also where the connection decodes: a packed record is no text

Source = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    digest: str

    def __call__(self, connection: redis.Redis, keys: tuple[str, ...], *args: str | bytes | float) -> Any:
        """Run it; the server that doesn't know it yet (a restart, a failover) is given it first. Texts in the
        reply are bytes.

        Never call this with a pipeline: NOSCRIPT inside MULTI leaves a transaction half done.
        """
        try:
            return self._ask(connection, "EVALSHA", self.digest, len(keys), *keys, *args)
        except NoScriptError:
            return self._ask(connection, "EVAL", self.text, len(keys), *keys, *args)

    @staticmethod
    def _ask(connection: redis.Redis, *words: str | bytes | float) -> Any:
        return connection.execute_command(*words, **RAW)  # type: ignore[no-untyped-call]


@cache
def read(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text(encoding="utf-8")


@cache
def record_of(piece: str, name: str) -> Record:
    """A record by the piece that declares it."""
    (found,) = (each for each in declared(read(piece)) if each.name == name)
    return found


@cache
def load(name: str, source: Source = read) -> Script:
    """The script `name` with its pieces, each once and before its first use. Tests replace the clock."""
    text = linked(_settled(placed(_join(name, source, set()))))
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def _join(name: str, source: Source, seen: set[str]) -> str:
    seen.add(name)

    def piece(match: re.Match[str]) -> str:
        return "" if match[1] in seen else _join(match[1], source, seen)

    return INCLUDE.sub(piece, source(name))


def _settled(text: str) -> str:
    """The text with the values of its constants."""
    values: dict[str, str] = {}
    for names, right in CONSTANT.findall(text):
        for name, value in zip(names.split(", "), right.split(", "), strict=True):
            values[name] = WORD.sub(lambda word: values.get(word[0], word[0]), value)
    plain = re.compile(r'"[^"\n]*"|\b[A-Z][A-Z_]+\b')  # strings stay as they are

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[0], match[0])
        return f"({value})" if " " in value else value

    return plain.sub(value_of, REMARK.sub("", CONSTANT.sub("", text)))
