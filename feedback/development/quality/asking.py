"""Asking a provider for feedback on a section, and finding what its comments mark."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from feedback.providers.base import (
    Call,
    Comment,
    CommentKind,
    Estimate,
    Event,
    FeedbackOutput,
    Finished,
    Provider,
    Request,
    SectionRequest,
    SummaryRequest,
    Task,
    TokenUsage,
)

STUDENT = Task(title="Essay", audience="academic readers at a university")
PLAIN = Task()
_QUOTED = re.compile(r"[“„]([^“”„]{1,120})[“”]")


def ask(provider: Provider, text: str, heading: str = "", task: Task = STUDENT) -> FeedbackOutput:
    """The whole answer for one section."""
    return _answer(provider, SectionRequest(text, (heading,) if heading else (), task))


def ask_of_whole(
    provider: Provider, title: str, sections: Sequence[tuple[str, str]], task: Task = STUDENT
) -> FeedbackOutput:
    """The answer for a whole document."""
    return _answer(provider, SummaryRequest(title, tuple(sections), (), task))


def _answer(provider: Provider, request: Request) -> FeedbackOutput:
    *_, last = provider.stream(request, Call())
    if not isinstance(last, Finished):
        raise TypeError(f"{provider.name} ended without an answer")
    return last.output


def remarks(output: FeedbackOutput) -> list[Comment]:
    """What is to be changed: praise is no remark."""
    return [comment for comment in output.comments if comment.kind is not CommentKind.PRAISE]


def spans(comment: Comment, text: str) -> Iterator[tuple[int, int]]:
    """What a comment marks: its quotation, and further places that its message quotes word for word."""
    for words in dict.fromkeys((comment.quote, *_QUOTED.findall(comment.message))):
        start = text.find(words)
        if start >= 0:
            yield start, start + len(words)


class Recorded:
    """A provider that gives the answers of a file: those of a model, or written ones of known quality.

    One JSON object a line, with the section's `text` and its `answer`. A text without an answer gets none.
    """

    simulated = True

    def __init__(self, path: Path) -> None:
        self.name = self.model = self.version = path.stem
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        self._answers = {_key(line["text"]): FeedbackOutput.model_validate(line["answer"]) for line in lines}

    def estimate(self, request: Request) -> Estimate:
        return Estimate(input_tokens=0, max_tokens=0)

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        text = request.text if isinstance(request, SectionRequest) else ""
        yield Finished(self._answers.get(_key(text), FeedbackOutput(summary="")), TokenUsage(), self.model)

    def close(self) -> None:
        """There is nothing to give back."""


def _key(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
