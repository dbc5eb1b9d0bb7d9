"""The records that the library packs: each field once, with its name, for Lua and Python together.

`lua/call/layouts.lua` is made from this (`python -m limiter.functions.layouts`); a test holds it current.
Packed, a record is its numbers at fixed places and then its texts, each behind its length. The letter behind
a number's name is struct's, in Python and in Lua (B a byte, h two, i and I four); without one it takes a
double's eight.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "lua" / "call" / "layouts.lua"
LENGTH = struct.Struct("<H")
WIDTH = 108  # characters of a line in the Lua file

# What a limit is (its rule) and where it stands; lua/limits/meters.lua says what each means.
RULE = ("kind", "base_rate", "unit", "capacity", "window")
LEVEL = ("level", "updated_at", "rate", "previous")


def of_limits(names: tuple[str, ...], *limits: str) -> str:
    return " ".join(f"{limit}_{name}" for limit in limits for name in names)


@dataclass(frozen=True, slots=True)
class Layout:
    name: str
    described: str  # numbers
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = field(init=False)
    kinds: str = field(init=False)  # of the numbers, a letter each

    def __post_init__(self) -> None:
        parted = [word.partition(":") for word in self.described.split()]
        object.__setattr__(self, "numbers", tuple(number for number, _, _ in parted))
        object.__setattr__(self, "kinds", "".join(kind or "d" for _, _, kind in parted))

    def unpacked(self, packed: bytes, at: int = 0) -> tuple[dict[str, Any], int]:
        """The fields by name, and where what follows begins."""
        numbers = f"<{self.kinds}"
        values: dict[str, Any] = dict(zip(self.numbers, struct.unpack_from(numbers, packed, at), strict=True))
        at += struct.calcsize(numbers)
        for text in self.texts:
            begin = at + LENGTH.size
            at = begin + LENGTH.unpack_from(packed, at)[0]
            values[text] = packed[begin:at].decode()
        return values, at

    def in_lua(self) -> str:
        """Functions that make, pack and unpack one; unpacked, behind it stands where what follows begins."""
        form = f'"<{self.kinds}{"Hc0" * len(self.texts)}"'
        fields = (*self.numbers, *self.texts)
        packed = [f"{self.name}.{number}" for number in self.numbers]
        packed += [f"#{self.name}.{text}, {self.name}.{text}" for text in self.texts]
        nought = [f"{number} = 0" for number in self.numbers] + [f'{text} = ""' for text in self.texts]
        return f"""
function layouts.new_{self.name}()
  return {{
{filled(nought, "    ", ",")}
  }}
end

function layouts.pack_{self.name}({self.name})
  return struct.pack(
    {form},
{filled(packed, "    ")}
  )
end

function layouts.unpack_{self.name}(record, from)
  local
{filled([*fields, "behind"], "    ")} =
    struct.unpack({form}, record, from or 1)
  return {{
{filled([f"{each} = {each}" for each in fields], "    ", ",")}
  }}, behind
end
"""


def filled(words: list[str], margin: str, last: str = "") -> str:
    """The words with commas between them, in lines of at most WIDTH characters."""
    lines, line = [], margin
    for at, word in enumerate(words):
        piece = word + ("," if at < len(words) - 1 else last)
        if len(line) + len(piece) + 1 > WIDTH:
            lines.append(line.rstrip())
            line = margin
        line += f"{piece} "
    return "\n".join([*lines, line.rstrip()])


LAYOUTS = (
    Layout(
        "rules",
        "version paused lease max_in_flight flow_in_flight multiplier follows burndown refund breaker_mode "
        + of_limits(RULE, "requests", "tokens", "day"),
    ),
    Layout(
        "tuning",
        "mode failures failure_rate slow_rate window timed minimum slow_first slow_per_token floor_throttles "
        "heals_on_accepted open open_max jitter probes successes "
        "law raise_after raise_by lower_by period recovery late requests_floor requests_ceiling tokens_floor "
        "tokens_ceiling tokens_window day_window tokens_units",
    ),
    Layout(
        "state",  # begins with the schema: workers of other releases look for it there
        "schema birth in_flight:I waiting:I again:I virtual stopped_until breaker:B generation:i retry_at "
        "probes:I requests_generation:i requests_pressed:B tokens_generation:i tokens_pressed:B "
        + of_limits(LEVEL, "requests", "tokens", "day")
        + " minute:I input output input_before output_before unblocks_at admitted accepted settled_success",
        ("epoch",),
    ),
    Layout(
        "statistics",
        "mean usual_wait sweep stale happened failures successes opens throttles calls failed slow "
        "multiplier "
        + of_limits(("successes", "lowered", "peak", "progress", "taken", "span"), "requests", "tokens"),
    ),
    Layout("meter", " ".join((*RULE, *LEVEL)).replace("kind", "kind:B")),
    Layout(
        "flow",
        "weight cap suspended:B in_flight:I waiting:I references:I blocked:B why:B unblocks_at limited:B",
        ("groups",),
    ),
    Layout("group", "born weight service virtual references:I runnable:I"),
    Layout("queue", "born service references:I waiting:I tail:i head:i"),
    Layout("job", "input output reservation priority:h arrival:i", ("flow", "group", "document")),
    Layout(
        "lease",
        "reservation generation:i probe:B admitted weight group_weight requests_generation:i "
        "tokens_generation:i accepted:B reinstalled:B",
        ("job", "flow", "group"),
    ),
    Layout("answer", "now retry_at generation:i expires", ("reason", "epoch")),  # of admit
    Layout("settlement", "applied:B breaker:B tripped:B healed:B"),  # of settle
)
BY_NAME = {layout.name: layout for layout in LAYOUTS}


def in_lua() -> str:
    head = (
        "-- Made from limiter/functions/layouts.py: change it there and run\n"
        "-- python -m limiter.functions.layouts\n"
        "local layouts = {}\n"
    )
    return head + "".join(layout.in_lua() for layout in LAYOUTS)


if __name__ == "__main__":
    FILE.write_text(in_lua(), encoding="utf-8")
