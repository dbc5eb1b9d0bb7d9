"""Whatever the text, the answer validates and every quote is in the text, word for word."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.providers.base import Criterion, FeedbackOutput, SectionRequest, SummaryRequest, Task
from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.reading.reader import reader_of
from feedback.providers.offline.rules import find_all

from .offline_reading import ACADEMIC, review, review_text, sample

# pieces that the rules look for, so that random texts reach into them
PIECES = st.sampled_from(
    (
        "the", "The", "the,", "This is", "It shows", "was heated", "were found", "perhaps", "might",
        "possibly", "Studies show that", "always", "obviously", "colour", "color", "organised", "realized",
        "decision-making", "decision making", "in order to", "At the end of the day", "make a decision",
        "there are many people who", "“", "”", '"', "'", "’", "‘", "(", ")", "(Okafor, 2019)", "[12]", ".",
        ". ", "?", "!", "…", "3.5", "°C", "e.g.", "Fig. 3", "significantly increased", "For example",
        "However", "I", "don't", "|", "-", "#", "```", ">", "https://a.b", "$", "é", "🎉", "中", "\u202e",
        "\x00", "A. b", "the implementation of", "Internet",
    )
)  # fmt: skip
# one piece again and again: words, lists and sentences without an end
ENDLESS = st.builds(
    lambda piece, times: piece * times,
    st.one_of(st.text(min_size=1, max_size=6), st.lists(PIECES, min_size=1, max_size=3).map("".join)),
    st.integers(100, 2500),
)
TEXTS = st.one_of(
    st.text(max_size=300),
    ENDLESS,
    st.lists(st.tuples(PIECES, st.sampled_from((" ", " ", " ", "\n", "\n\n", ""))), max_size=120).map(
        lambda pairs: "".join(piece + gap for piece, gap in pairs)
    ),
)


def assert_sound(output: FeedbackOutput, text: str) -> None:
    assert FeedbackOutput.model_validate(json.loads(output.model_dump_json())) == output
    assert output.summary
    for comment in output.comments:
        assert comment.quote
        assert comment.quote in text
        assert comment.message


@given(TEXTS)
def test_any_section_gets_a_sound_answer(text: str) -> None:
    assert_sound(review(SectionRequest(text, ("Title", "Part"), ACADEMIC)), text)


@given(st.lists(st.tuples(st.text(max_size=20), TEXTS), max_size=4))
def test_any_document_gets_a_sound_answer(sections: list[tuple[str, str]]) -> None:
    task = Task(criteria=(Criterion("Evidence", "", ("weak", "fair", "good")), Criterion("Insight", "")))
    output = review(SummaryRequest("Any", tuple(sections), (), task))

    assert FeedbackOutput.model_validate(json.loads(output.model_dump_json())) == output
    assert all(any(level.evidence in text for _, text in sections) for level in output.levels)


@given(TEXTS)
def test_every_remark_lies_within_the_text(text: str) -> None:
    prose = Prose(text)

    for finding in find_all(prose, reader_of(ACADEMIC, prose), unproven=True):
        assert 0 <= finding.remark.start < finding.remark.end <= len(text)


@pytest.mark.usefixtures("all_rules")
def test_a_paragraph_of_forty_thousand_words_is_read_to_the_end() -> None:
    essay = " ".join(text for _, text in sample("sources/essay.md").sections[:-1])
    words = " ".join(essay.split())
    text = " ".join([words] * 40)[:230_000] + " We walked to to the end."
    output = review_text(text)

    assert len(text.split()) > 38_000
    assert_sound(output, text)
    assert any("very long paragraphs" in step or "Break the longest" in step for step in output.next_steps)


@pytest.mark.parametrize("mark", ["“", "‘", "(", '"', "[", "- ", "Ab, ", ". ", "a.", "(A ", "a;b:", "Aa"])
def test_a_page_of_one_mark_does_no_harm(mark: str) -> None:
    text = mark * (60_000 // len(mark))

    assert_sound(review_text(text), text)
