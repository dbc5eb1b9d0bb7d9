"""Turns the records of a script into arrays, which Lua makes and reads at less cost than tables with names.

A piece declares one as

    -- record lane
    --   born service waiting:I   numbers
    --   | owner                  texts, if it has any
    --   | name                   what it carries during a call

Packed it is its texts, each with its length, and its numbers: doubles, or what the letter behind a name says,
which is struct's, here and in Lua (B a byte, h two, i and I four): what is short costs less to write. What it
carries begins with the place behind it in what it was unpacked from, until something else is put there.

The variable that holds a record has the name of the record, or one of the names behind it (`-- record meter
tokens day`): `lane.service` becomes its place, as does `lane[which .. "_service"]` for which = "r" or "t".
`lane_record({ born = now })` makes one (what is left out is 0), `lane_packed({ born = now })` the same packed
at once, `lane_named(table)` one of a table with names; `lane_pack` and `lane_unpack` write and read it.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Any

RECORD = re.compile(r"^-- record (\w+)((?: \w+)*)\n((?:--   .*\n)+)", re.MULTILINE)
LENGTH = struct.Struct("<H")
VALUE = re.compile(r"(\w+) = (.*?)(?:,\s+(?=\w+ = )|,?\s*\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    others: tuple[str, ...]  # names of variables that hold one, too
    numbers: tuple[str, ...]
    kinds: str  # of the numbers, a letter each
    texts: tuple[str, ...]
    carried: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return self.texts + self.numbers + self.carried

    @property
    def layout(self) -> str:
        return "<" + "Hc0" * len(self.texts) + self.kinds

    def unpacked(self, packed: bytes, at: int = 0) -> tuple[dict[str, Any], int]:
        """Texts and numbers by name, and where what follows begins."""
        values: dict[str, Any] = {}
        for field in self.texts:
            begin = at + LENGTH.size
            at = begin + LENGTH.unpack_from(packed, at)[0]
            values[field] = packed[begin:at].decode()
        numbers = f"<{self.kinds}"
        values.update(zip(self.numbers, struct.unpack_from(numbers, packed, at), strict=True))
        return values, at + struct.calcsize(numbers)

    def place(self, field: str) -> int:
        return self.fields.index(field) + 1

    def placed_in(self, text: str) -> str:
        text = re.sub(rf"\b{self.name}_record\(\{{(.*?)\}}\)", self._made, text, flags=re.DOTALL)
        text = re.sub(rf"\b{self.name}_packed\(\{{(.*?)\}}\)", self._packed, text, flags=re.DOTALL)
        text = re.sub(
            rf"(?<![\w.])({'|'.join((self.name, *self.others))})\.({'|'.join(self.fields)})\b",
            lambda found: f"{found[1]}[{self.place(found[2])}]",
            text,
        )
        return re.sub(rf"(?<![\w.]){self.name}\[which \.\. \"_(\w+)\"\]", self._either, text)

    def functions(self) -> str:
        layout = self.layout
        texts = "".join(f"#record[{at + 1}], record[{at + 1}], " for at, _ in enumerate(self.texts))
        first, last = len(self.texts) + 1, len(self.texts) + len(self.numbers)
        return f"""-- inline
local function {self.name}_pack(record)
  return struct.pack("{layout}", {texts}unpack(record, {first}, {last}))
end
-- inline
local function {self.name}_unpack(packed, from)
  return {{ struct.unpack("{layout}", packed, from) }}
end
-- inline
local function {self.name}_named(named)
  return {{ {", ".join(f"named.{field}" for field in self.texts + self.numbers)} }}
end
"""

    def _given(self, call: re.Match[str], fields: tuple[str, ...]) -> dict[str, str]:
        given = dict(VALUE.findall(call[1].strip()))
        if unknown := given.keys() - set(fields):
            raise ValueError(f"A {self.name} has no {', '.join(sorted(unknown))}")
        return given

    def _packed(self, call: re.Match[str]) -> str:
        given = self._given(call, self.texts + self.numbers)
        texts = [f"#{given[field]}, {given[field]}" for field in self.texts]
        values = texts + [given.get(field, "0") for field in self.numbers]
        return f'struct.pack("{self.layout}", {", ".join(values)})'

    def _made(self, call: re.Match[str]) -> str:
        given = self._given(call, self.fields)
        size = max(len(self.texts) + len(self.numbers), *map(self.place, given))
        return f"{{ {', '.join(given.get(field, '0') for field in self.fields[:size])} }}"

    def _either(self, found: re.Match[str]) -> str:
        r, t = (self.place(f"{which}_{found[1]}") for which in "rt")
        return f'{self.name}[which == "r" and {r} or {t}]'


def placed(text: str) -> str:
    """The text with its records as arrays, and the functions that make, write and read them."""
    records = declared(text)
    functions = {record.name: record.functions() for record in records}
    text = RECORD.sub(lambda found: functions[found[1]], text)
    for record in records:
        text = record.placed_in(text)
    return text


def declared(text: str) -> list[Record]:
    return [_record(*found) for found in RECORD.findall(text)]


def _record(name: str, others: str, body: str) -> Record:
    parts = [tuple(part.split()) for part in body.replace("--", " ").split("|")]
    described, texts, carried = (*parts, (), ())[:3]
    numbers, kinds = zip(*((number, kind or "d") for number, _, kind in map(_parted, described)), strict=True)
    return Record(name, tuple(others.split()), numbers, "".join(kinds), texts, carried)


def _parted(described: str) -> tuple[str, str, str]:
    return described.partition(":")
