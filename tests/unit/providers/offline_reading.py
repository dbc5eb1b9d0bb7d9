"""Reading a text with the offline rules, for the tests of them."""

from __future__ import annotations

import re
from pathlib import Path

from feedback.providers.base import (
    Call,
    FeedbackOutput,
    Finished,
    Request,
    SectionRequest,
    SummaryRequest,
    Task,
)
from feedback.providers.offline.provider import OfflineProvider
from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.reading.reader import reader_of
from feedback.providers.offline.rules import RULES, Remark

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
ACADEMIC = Task(title="Essay", audience="academic readers at a university")
PLAIN = Task()


def noticed(rule: str, text: str, *, task: Task = PLAIN, heading: str = "") -> list[Remark]:
    """What one rule says to a text."""
    prose = Prose(text, heading_path=(heading,) if heading else ())
    return list(RULES[rule].check(prose, reader_of(task, prose)))


def review(request: Request) -> FeedbackOutput:
    *_, last = OfflineProvider().stream(request, Call())
    assert isinstance(last, Finished)
    return last.output


def review_text(text: str, *, task: Task = PLAIN, heading: str = "") -> FeedbackOutput:
    return review(SectionRequest(text, (heading,) if heading else (), task))


def sample(name: str) -> SummaryRequest:
    """A sample document by its Markdown source, split at its headings."""
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    _, *parts = re.split(r"^#{1,3} (.*)$", source, flags=re.MULTILINE)
    sections = [(heading, text.strip()) for heading, text in zip(parts[::2], parts[1::2], strict=True)]
    return SummaryRequest(title=sections[0][0], sections=tuple(sections[1:]), findings=())
