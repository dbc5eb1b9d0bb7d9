"""What the simulated model writes for a prompt, and how an answer goes wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .author import write_as_ordered, write_feedback, write_prose
from .request import Prompt
from .settings import Malformed
from .tokens import pieces

UNBOUNDED = 10**9


@dataclass(frozen=True, slots=True)
class Answer:
    tokens: list[str]
    stop_reason: str
    tool: str | None  # None: plain text

    @property
    def text(self) -> str:
        return "".join(self.tokens)


def write_answer(prompt: Prompt, seed: int, malformed: Malformed | None, *, gullible: bool) -> Answer:
    """The same prompt and seed make the same answer; max_tokens cuts it as it cuts a real one."""
    ordered = write_as_ordered(prompt.user_text, with_tool=prompt.tool is not None) if gullible else None
    if ordered is not None:
        text = ordered
    elif prompt.tool is None:
        text = write_prose(prompt.user_text, seed)
    else:
        text = _spoil(write_feedback(prompt.user_text, seed).model_dump_json(), malformed)
    tokens = pieces(text)
    bound = prompt.max_tokens or UNBOUNDED
    if malformed is Malformed.TRUNCATED:
        bound = min(bound, len(tokens) * 2 // 3)
    finished = "end_turn" if prompt.tool is None else "tool_use"
    return Answer(tokens[:bound], "max_tokens" if bound < len(tokens) else finished, prompt.tool)


def _spoil(text: str, malformed: Malformed | None) -> str:
    chance = random.Random(text)  # noqa: S311 - to be repeated, not to be secret
    match malformed:
        case Malformed.GARBAGE:
            return "I would be glad to help with this draft! Here is my feedback:\n\n" + text.replace('"', "")
        case Malformed.SCHEMA:
            return text.replace('"message":', '"remark":', 1).replace('"kind":"', '"kind":"un', 1)
        case Malformed.BROKEN_QUOTE:
            at = text.rindex('"message":"') + len('"message":"') + chance.randint(2, 8)
            return text[:at] + '"quoted"' + text[at:]
        case _:
            return text
