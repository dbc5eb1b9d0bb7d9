"""One count of words: what feedback says of a text's length is what every page says of it."""

from __future__ import annotations

import re

import pytest

from feedback.development.simulator.writing.author import write_feedback
from feedback.documents import words_in
from feedback.providers.base import SectionRequest, SummaryRequest, Task

from .offline_reading import review, sample

SAMPLES = ("sources/essay.md", "sources/lab-report.md", "reflection.md")
NUMBER = re.compile(r"([\d,]+) words in")


def counted(summary: str) -> int:
    found = NUMBER.search(summary)
    assert found, summary
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_rules_count_a_section_as_its_page_does(name: str) -> None:
    document = sample(name)
    counts = [
        (words_in(text), counted(summary))
        for heading, text in document.sections
        if NUMBER.search(summary := review(SectionRequest(text, (heading,), Task())).summary)
    ]
    assert len(counts) >= 3
    assert all(ours == theirs for ours, theirs in counts)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_rules_count_a_document_with_all_of_its_sections(name: str) -> None:
    document = sample(name)
    whole = review(SummaryRequest(document.title, document.sections, (), Task()))
    assert counted(whole.summary) == sum(words_in(text) for _, text in document.sections)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_simulator_counts_as_well(name: str) -> None:
    _, text = sample(name).sections[1]
    found = re.search(r"in ([\d,]+) words and", write_feedback(text, 1).summary)
    assert found
    assert int(found[1].replace(",", "")) == words_in(text)
