"""What a section's feedback is as a whole."""

from __future__ import annotations

from collections import Counter

import pytest

from feedback.providers.base import CommentKind, Criterion, SectionRequest, Task

from .offline_reading import ACADEMIC, review, review_text, sample

ESSAY = sample("sources/essay.md")


@pytest.mark.parametrize("text", ["", "   \n\n ", "\ufeff", "Introduction"])
def test_a_section_without_text_gets_a_note(text: str) -> None:
    output = review_text(text)

    assert output.comments == []
    assert "no text yet" in output.summary or "few words" in output.summary


def test_a_table_alone_asks_for_a_sentence_of_introduction() -> None:
    output = review_text("| Temperature | Volume |\n|---|---|\n| 10 | 4.1 |\n| 20 | 7.5 |")

    assert output.comments == []
    assert "table" in output.summary


def test_a_list_of_references_is_not_read_as_prose() -> None:
    text = ESSAY.sections[-1][1]
    output = review_text(text, heading="References")

    assert output.comments == []
    assert "list of references" in output.summary


def test_code_and_tables_are_left_alone() -> None:
    text = (
        "The program prints the mean of each run, as the table shows.\n\n"
        "```\nthe the the in order to make a decision obviously\n```\n\n"
        "| obviously | obviously |\n|---|---|\n| due to the fact that | a lot of |\n"
    )

    assert [c for c in review_text(text, task=ACADEMIC).comments if c.kind is not CommentKind.PRAISE] == []


@pytest.mark.parametrize("heading", [heading for heading, _ in ESSAY.sections])
def test_comments_are_few_and_of_different_kinds(heading: str) -> None:
    text = dict(ESSAY.sections)[heading]
    comments = review_text(text, task=ACADEMIC, heading=heading).comments

    assert len(comments) <= 12
    assert max(Counter(comment.message[:60] for comment in comments).values(), default=0) <= 2
    assert sum(comment.kind is CommentKind.PRAISE for comment in comments) <= 3


def test_no_passage_is_praised_and_criticised_at_once() -> None:
    for heading, text in ESSAY.sections:
        comments = review_text(text, task=ACADEMIC, heading=heading).comments
        praised = [text.find(c.quote) for c in comments if c.kind is CommentKind.PRAISE]
        spans = [(text.find(c.quote), len(c.quote)) for c in comments if c.kind is not CommentKind.PRAISE]

        assert not any(start <= place < start + length for place in praised for start, length in spans)


def test_a_short_section_gets_few_comments() -> None:
    text = (
        "Obviously, studies show that many people do a lot of stuff due to the fact that it's in today's "
        "society."
    )

    assert len(review_text(text, task=ACADEMIC).comments) <= 3


@pytest.mark.usefixtures("all_rules")
def test_praise_comes_first_and_is_named_among_the_strengths() -> None:
    heading, text = ESSAY.sections[1]
    output = review_text(text, task=ACADEMIC, heading=heading)

    assert output.comments[0].kind is CommentKind.PRAISE
    assert output.strengths
    assert len(output.next_steps) == 3


def test_a_section_with_nothing_to_change_says_what_rules_cannot_judge() -> None:
    output = review_text("The bridge closed in March. Traders on both banks lost trade within a week of it.")

    assert output.comments == []
    assert "for a reader to say" in output.summary


def test_a_comment_names_the_criterion_that_it_bears_on() -> None:
    task = Task(audience="academic", criteria=(Criterion("Use of sources", ""), Criterion("Creativity", "")))
    output = review(SectionRequest("Studies show that sleep helps memory in all of its forms.", (), task))

    assert [comment.criterion for comment in output.comments] == ["Use of sources"]


def test_the_audience_decides_how_long_a_sentence_may_be() -> None:
    text = (
        "The council met on the first Monday in March and decided that the bridge would stay open while two "
        "engineers from Leeds looked at its cracks."
    )
    for_children = review(SectionRequest(text, (), Task(audience="children")))
    for_academics = review(SectionRequest(text, (), ACADEMIC))

    assert [comment.kind for comment in for_children.comments] == [CommentKind.CLARITY]
    assert for_academics.comments == []


def test_the_same_section_gets_the_same_answer() -> None:
    heading, text = ESSAY.sections[2]

    assert review_text(text, heading=heading) == review_text(text, heading=heading)
