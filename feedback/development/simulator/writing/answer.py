"""The answer of the simulated model to a prompt, and the ways in which it goes wrong."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from feedback.development.simulator.account.chance import Fate
from feedback.development.simulator.account.modelled import StopReason
from feedback.development.simulator.account.settings import Malformed

from .author import write_as_ordered, write_prose, write_value
from .dressing import AS_TEXT, Dress, dressed, fenced
from .prompt import Form, Prompt, described_schema
from .tokens import pieces

UNBOUNDED = 10**9
BLOCKED = "Sorry, the model cannot answer this question."  # the console's own words for a new guardrail
_SHARES = {  # of the answer that is there when it ends so
    StopReason.MAX_TOKENS: 2 / 3,
    StopReason.STOP_SEQUENCE: 2 / 3,
    StopReason.CONTEXT_EXCEEDED: 2 / 3,
    StopReason.CONTENT_FILTERED: 1 / 3,
    StopReason.MALFORMED_MODEL_OUTPUT: 1 / 2,
    StopReason.MALFORMED_TOOL_USE: 1 / 2,
}


@dataclass(frozen=True, slots=True)
class Block:
    """One block of content: a tool's input, or with no tool text."""

    tool: str | None
    tokens: list[str]

    @property
    def text(self) -> str:
        return "".join(self.tokens)


@dataclass(frozen=True, slots=True)
class Answer:
    blocks: list[Block]
    stop_reason: StopReason

    @property
    def length(self) -> int:
        """In tokens."""
        return sum(len(block.tokens) for block in self.blocks)


def write_answer(prompt: Prompt, seed: int, fate: Fate, *, gullible: bool, room: int = UNBOUNDED) -> Answer:
    """The same prompt, seed and fate make the same answer.

    max_tokens cuts it as it cuts a real one, and so does the room that is left in the model's context.
    Raises RecursionError where the schema asked for has no finite value.
    """
    if fate.stop_reason is StopReason.GUARDRAIL_INTERVENED:
        return blocked()
    texts, tool = _texts(prompt, seed, fate, gullible=gullible)
    blocks = [Block(tool, pieces(text)) for text in texts]
    natural = StopReason.TOOL_USE if tool else StopReason.END_TURN
    length = sum(len(block.tokens) for block in blocks)
    bound, reason = _bound(prompt, fate, texts, length, room)
    if bound >= length:
        return Answer(blocks, fate.stop_reason or natural)
    return Answer(_cut(blocks, bound), reason)


def blocked() -> Answer:
    """What a guardrail puts in place of an answer."""
    return Answer([Block(None, pieces(BLOCKED))], StopReason.GUARDRAIL_INTERVENED)


def _texts(prompt: Prompt, seed: int, fate: Fate, *, gullible: bool) -> tuple[list[str], str | None]:
    """The texts of the answer's blocks, and the tool that they are for."""
    target = prompt.target
    structured = target.form is not Form.TEXT
    ordered = write_as_ordered(prompt.user_text, with_tool=structured) if gullible else None
    if ordered is not None:
        return [ordered], target.tool or None
    schema = target.schema if structured else described_schema(prompt.whole)
    if not structured and schema is None:
        return [write_prose(prompt.user_text, seed)], None
    tool = None if fate.dress in AS_TEXT else target.tool or None
    times = 2 if fate.dress is Dress.TWO_CALLS and tool else 1
    return [_written(prompt, schema or {}, seed + again, fate) for again in range(times)], tool


def _written(prompt: Prompt, schema: dict[str, Any], seed: int, fate: Fate) -> str:
    value = dressed(write_value(prompt.user_text, schema, seed), schema, fate.dress)
    text = _spoil(json.dumps(value, ensure_ascii=False, separators=(",", ":")), fate.malformed)
    return fenced(text) if fate.dress is Dress.FENCE else text


def _bound(prompt: Prompt, fate: Fate, texts: list[str], length: int, room: int) -> tuple[int, StopReason]:
    """After how many tokens the answer ends, and what ends it there."""
    ends = [(prompt.max_tokens or UNBOUNDED, StopReason.MAX_TOKENS), (room, StopReason.CONTEXT_EXCEEDED)]
    if fate.malformed is Malformed.TRUNCATED:
        ends.append((length * 2 // 3, StopReason.MAX_TOKENS))
    if fate.stop_reason in _SHARES:
        ends.append((int(length * _SHARES[fate.stop_reason]), fate.stop_reason))
    found = [at for stop in prompt.stops if stop and (at := texts[0].find(stop)) >= 0]
    if found and prompt.target.form is Form.TEXT:
        ends.append((len(pieces(texts[0][: min(found)])), StopReason.STOP_SEQUENCE))
    return min(ends, key=lambda end: end[0])


def _cut(blocks: list[Block], bound: int) -> list[Block]:
    kept: list[Block] = []
    for block in blocks:
        if bound > 0 or not kept:
            kept.append(Block(block.tool, block.tokens[:bound]))
        bound -= len(block.tokens)
    return kept


def _spoil(text: str, malformed: Malformed | None) -> str:
    chance = random.Random(text)  # noqa: S311 - to be repeated, not to be secret
    match malformed:
        case Malformed.GARBAGE:
            return "I would be glad to help with this draft! Here is my feedback:\n\n" + text.replace('"', "")
        case Malformed.SCHEMA:
            spoilt = text.replace('"message":', '"remark":', 1).replace('"kind":"', '"kind":"un', 1)
            return spoilt if spoilt != text else text.replace('"', '"un', 1)
        case Malformed.BROKEN_QUOTE:
            return _break_a_quote(text, chance)
        case _:
            return text


def _break_a_quote(text: str, chance: random.Random) -> str:
    marks = [mark for mark in ('"message":"', '":"') if mark in text]
    if not marks:
        return text
    at = text.rindex(marks[0]) + len(marks[0]) + chance.randint(2, 8)
    return text[:at] + '"quoted"' + text[at:]
