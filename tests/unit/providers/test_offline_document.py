"""What only the whole document shows."""

from __future__ import annotations

import pytest

from feedback.providers.base import Criterion, SummaryRequest, Task
from feedback.providers.offline.rubric import PERSON

from .offline_reading import ACADEMIC, review, sample

ESSAY = sample("sources/essay.md")
LEVELS = ("Beginning", "Developing", "Secure", "Excellent")
BODY = (
    "The bridge closed in March, and the traders on both banks lost their customers. Nobody had asked them. "
    * 8
)
OPENING = (
    "This essay asks who pays for the bridge: the council, the traders, or the passengers of the ferry. " * 3
)
ANSWER = (
    "In conclusion, the traders pay for the bridge, because passengers of the ferry left and the council "
    "did not. "
)


def document(*sections: tuple[str, str], task: Task = ACADEMIC) -> SummaryRequest:
    return SummaryRequest("The Bridge", sections, (), task)


def test_three_next_steps_come_in_order_of_effect() -> None:
    steps = review(ESSAY).next_steps

    assert len(steps) == 3
    assert "source" in steps[0] + steps[1] or "quotation" in steps[0] + steps[1]


def test_recurring_points_are_counted_over_the_sections() -> None:
    text = BODY + "Studies show that it hurts."
    output = review(
        document(("Introduction", OPENING), ("North", text), ("South", text), ("Conclusion", ANSWER * 3))
    )

    assert "evidence that is claimed but not shown (2, in “" in output.summary
    assert any("It comes up 2 times in 2 sections." in step for step in output.next_steps)


def test_a_conclusion_that_answers_the_introduction_is_a_strength() -> None:
    output = review(document(("Introduction", OPENING), ("Traders", BODY), ("Conclusion", ANSWER * 3)))

    assert any("belong together" in strength for strength in output.strengths)


def test_a_conclusion_about_something_else_is_noticed() -> None:
    other = "Whales sing in winter, and sailors hear them at night from far away in their cabins. " * 4
    output = review(document(("Introduction", OPENING), ("Traders", BODY), ("Conclusion", other)))

    assert "seems to answer another question" in output.summary


def test_a_missing_conclusion_is_the_first_step() -> None:
    output = review(document(("Introduction", OPENING), ("Traders", BODY), ("Ferries", BODY)))

    assert output.next_steps[0].startswith("Add a conclusion")


def test_a_missing_introduction_is_noticed() -> None:
    output = review(document(("Traders", BODY), ("Ferries", BODY), ("Conclusion", ANSWER * 3)))

    assert "without saying what the document is for" in output.summary


def test_a_personal_piece_needs_no_formal_introduction() -> None:
    task = Task(instructions="Write a reflective piece.")
    output = review(document(("Morning", BODY), ("Noon", BODY), ("What I take with me", BODY), task=task))

    assert "without saying what the document is for" not in output.summary


def test_one_section_that_outweighs_the_rest_is_noticed() -> None:
    sections = (("Introduction", OPENING), ("Traders", BODY * 6), ("Conclusion", ANSWER * 3))

    assert "“Traders” holds about" in review(document(*sections)).summary


def test_headings_of_different_make_are_noticed() -> None:
    sections = (
        ("Why build?", OPENING),
        ("Counting the cost", BODY),
        ("The bridge is old", BODY),
        ("Our answer", ANSWER),
    )

    assert "built in different ways" in review(document(*sections)).summary


def test_headings_numbered_in_part_are_noticed() -> None:
    sections = (("1 Introduction", OPENING), ("2 Traders", BODY), ("Conclusion", ANSWER * 3))

    assert "Some headings are numbered" in review(document(*sections)).summary


@pytest.mark.usefixtures("all_rules")
def test_spelling_that_changes_between_sections_is_noticed() -> None:
    british = BODY + "The colour of the harbour changed."
    american = BODY + "The color of the harbor changed."
    output = review(
        document(("Introduction", OPENING), ("North", british), ("South", american), ("Conclusion", ANSWER))
    )

    assert "British and American spelling mixed" in output.summary


def test_a_text_without_headings_is_not_asked_for_a_conclusion_that_may_be_there() -> None:
    output = review(document(("", f"{OPENING}\n\n{BODY}\n\n{BODY}")))

    assert "conclusion" not in output.summary
    assert not any("conclusion" in step for step in output.next_steps)


def test_a_text_without_headings_is_read_by_its_closing_words() -> None:
    output = review(document(("", f"{OPENING}\n\n{BODY}\n\n{ANSWER * 3}")))

    assert "belong together" in output.summary


def test_the_list_of_references_is_left_out() -> None:
    assert "5 sections" in review(ESSAY).summary


def test_a_document_without_prose_gets_a_note() -> None:
    assert "no prose" in review(document(("Introduction", ""), ("Data", "| a | b |"))).summary


def test_a_foreign_document_is_not_judged_by_english_rules() -> None:
    german = (
        "Der letzte Bus fährt um zehn, und wer dann noch in der Stadt ist, muss zu Fuß nach Hause gehen. " * 8
    )
    output = review(document(("Anfang", german), ("Mitte", german), ("Ende", german)))

    assert "German" in output.summary
    assert not any("conclusion" in step for step in output.next_steps)


def test_rules_say_where_a_person_must_judge() -> None:
    criteria = (Criterion("Originality", "Own ideas", LEVELS), Criterion("Critical analysis", "", LEVELS))
    levels = review(SummaryRequest(ESSAY.title, ESSAY.sections, (), Task(criteria=criteria))).levels

    assert [level.level for level in levels] == [PERSON, PERSON]


@pytest.mark.usefixtures("all_rules")
def test_rules_never_give_the_highest_level() -> None:
    cited = (
        "In northern cities 62 per cent of passengers were cleaners, against 12 per cent by day (Okafor, "
        "2019). " * 6
    )
    criteria = (Criterion("Evidence", "", LEVELS),)
    (level,) = review(
        document(("Introduction", cited), ("Traders", cited), task=Task(criteria=criteria))
    ).levels

    assert level.level == "Secure"
    assert level.evidence in cited


def test_unsupported_claims_lower_the_level_and_are_shown() -> None:
    bare = (
        "Studies show that bridges matter to nearly all who live there. Everyone knows that ferries are "
        "slow. " * 9
    )
    (level,) = review(
        document(("Introduction", bare), task=Task(criteria=(Criterion("Evidence", "", LEVELS),)))
    ).levels

    assert level.level == "Developing"
    assert level.evidence
    assert level.evidence in bare
    assert "claimed but not shown" in level.justification
