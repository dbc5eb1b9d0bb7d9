"""The feedback on the sample documents, as a person read and approved it.

After a deliberate change of a rule, write the files in `approved/` anew with
`APPROVE_SAMPLES=1 pytest tests/unit/providers/test_offline_samples.py`, and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from feedback.providers.base import Criterion, FeedbackOutput, SectionRequest, SummaryRequest, Task

from .offline_reading import review, sample

APPROVED = Path(__file__).resolve().parent / "approved"
LEVELS = ("Beginning", "Developing", "Secure", "Excellent")
CRITERIA = (
    Criterion("Use of evidence", "Claims rest on cited sources.", LEVELS),
    Criterion("Structure", "Paragraphs and sections lead the reader.", LEVELS),
    Criterion("Critical analysis", "Weighs both sides.", LEVELS),
)
AUDIENCES = {
    "sources/essay.md": "lecturers at a university",
    "sources/lab-report.md": "readers of a university lab report",
    "reflection.md": "fellow students; a reflective piece",
}


def written(output: FeedbackOutput) -> list[str]:
    lines = [
        output.summary,
        *(f"+ {text}" for text in output.strengths),
        *(f"> {text}" for text in output.next_steps),
    ]
    lines += [f"= {level.criterion}: {level.level}. {level.justification}" for level in output.levels]
    for comment in output.comments:
        lines += [
            f"[{comment.kind}] «{comment.quote}»",
            f"    {comment.message}",
            f"    {comment.suggestion}".rstrip(),
        ]
    return lines


def feedback_on(name: str) -> str:
    document, task = sample(name), Task(audience=AUDIENCES[name], criteria=CRITERIA)
    lines: list[str] = []
    for heading, text in document.sections:
        lines += [
            f"## {heading}",
            *written(review(SectionRequest(text, (document.title, heading), task))),
            "",
        ]
    whole = SummaryRequest(document.title, document.sections, (), task)
    return "\n".join([*lines, "## The whole", *written(review(whole)), ""])


@pytest.mark.parametrize("name", AUDIENCES)
def test_the_feedback_on_a_sample_is_as_approved(name: str) -> None:
    approved = APPROVED / f"{Path(name).stem}.txt"
    feedback = feedback_on(name)
    if os.environ.get("APPROVE_SAMPLES"):
        approved.write_text(feedback, encoding="utf-8")

    assert feedback == approved.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "planted"),
    [
        ("sources/essay.md", "The the"),
        ("sources/essay.md", "Studies have shown"),
        ("sources/lab-report.md", "Everyone knows that enzymes"),
    ],
)
def test_a_flaw_that_was_planted_in_a_sample_is_found(name: str, planted: str) -> None:
    document, task = sample(name), Task(audience=AUDIENCES[name])
    outputs = [
        review(SectionRequest(text, (document.title, heading), task)) for heading, text in document.sections
    ]

    assert any(planted in comment.quote for output in outputs for comment in output.comments)
