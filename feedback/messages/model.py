"""A message: a code with its arguments, which is what a row, an event or an error keeps, and no sentence.

    message("too_many_words", words=120_000, most=50_000)

Plain Python: the process that reads a document, a worker and a page share it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Argument = int | str | Sequence[int]
AS_RECORDED = "as_recorded"  # a sentence that an earlier release kept, and that has no code


@dataclass(frozen=True, slots=True)
class Message:
    code: str
    arguments: Mapping[str, Argument] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """For logs and tracebacks, in no language."""
        return " ".join([self.code, *(f"{name}={value}" for name, value in self.arguments.items())])

    def as_data(self) -> dict[str, Any]:
        return {"code": self.code, "arguments": dict(self.arguments)}

    def cut(self, length: int) -> Message:
        """The same with no text that is longer."""
        arguments = {
            name: value[:length] if isinstance(value, str) else value
            for name, value in self.arguments.items()
        }
        return replace(self, arguments=arguments)


def message(code: str, **arguments: Argument) -> Message:
    return Message(code, arguments)


def message_of(data: Mapping[str, Any] | str) -> Message:
    """From what is stored; a text is what an earlier release kept."""
    if isinstance(data, str):
        return Message(AS_RECORDED, {"text": data})
    return Message(data["code"], data["arguments"])
