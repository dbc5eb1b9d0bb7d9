"""An answer as its pieces arrive: the input of each tool call, and the text beside them."""

from __future__ import annotations

from dataclasses import replace

from ..base import FeedbackOutput, Request, TokenUsage
from ..prompting.estimate import estimate_tokens
from .answer import read_answer


class Collected:
    """One stream's pieces. What `add` returns is what a page may show while the answer is written.

    A page shows one run of JSON: the first tool call's, or the text's from its first bracket on where no tool
    is called. An answer is read from all of them.
    """

    def __init__(self) -> None:
        self._tools: dict[int, list[str]] = {}  # by the number of the content block
        self._text: list[str] = []
        self._is_object = False  # the text has come to its first bracket

    def add_to_tool(self, block: int, fragment: str) -> str:
        self._tools.setdefault(block, []).append(fragment)
        return fragment if block == next(iter(self._tools)) and not self._is_object else ""

    def add_text(self, fragment: str) -> str:
        self._text.append(fragment)
        if self._tools:
            return ""
        if not self._is_object:
            _, bracket, rest = fragment.partition("{")
            self._is_object = bool(bracket)
            return bracket + rest
        return fragment

    def read(self, request: Request, usage: TokenUsage) -> FeedbackOutput:
        """The answer. Raises MalformedAnswer with what the call has spent."""
        return read_answer(self.texts, request, usage)

    def estimate(self, expected: TokenUsage) -> TokenUsage:
        """About what was used, without figures of the service: the expected input, the answer's length."""
        written = sum(estimate_tokens(text) for text in self.texts)
        return replace(expected, output_tokens=written, measured=False)

    @property
    def texts(self) -> list[str]:
        """Everywhere that the answer may stand, the likeliest first."""
        return ["".join(pieces) for pieces in (*self._tools.values(), self._text)]
