"""What changed between two drafts: applying it gives the new text, and what stayed is found again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.documents import Difference, State, compare

OLD = "Bees\n\nBees matter, because they pollinate crops. They are few.\n\nFlies do not.\n\nThe end."
NEW = "Bees\n\nBees matter, because they pollinate most crops. They are few.\n\nWasps came.\n\nThe end."

words = st.sampled_from(["bees", "and", "the", "hives,", "few.", "Flies", "Why?", "日本", "…"])
sentences = st.lists(words, min_size=1, max_size=8).map(" ".join)
texts = st.lists(sentences, max_size=8).flatmap(
    lambda parts: st.lists(st.sampled_from(["\n\n", "\n", " ", "\n \n"]), min_size=8, max_size=8).map(
        lambda gaps: "".join(part + gap for part, gap in zip(parts, gaps, strict=False))
    )
)


def sides(difference: Difference) -> tuple[str, str]:
    rows = difference.rows
    return (
        "".join(run.text for row in rows for run in row.old),
        "".join(run.text for row in rows for run in row.new),
    )


@given(texts, texts)
def test_applying_the_difference_gives_the_new_text(old: str, new: str) -> None:
    assert sides(compare(old, new)) == (old, new)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_have_a_difference(old: str, new: str) -> None:
    assert sides(compare(old, new)) == (old, new)


@given(texts, texts, st.data())
def test_what_stayed_is_found_at_its_new_place(old: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    place = compare(old, new).moved(start, end)
    if place is not None:
        assert new[place : place + end - start] == old[start:end]


@given(texts)
def test_a_text_differs_in_nothing_from_itself(text: str) -> None:
    difference = compare(text, text)
    assert difference.is_empty
    assert all(difference.moved(at, at + 1) == at for at in range(len(text)))


def test_a_paragraph_stands_beside_what_it_became() -> None:
    states = [row.state for row in compare(OLD, NEW).rows]
    assert states == [State.SAME, State.CHANGED, State.REMOVED, State.ADDED, State.SAME]


def test_only_the_words_that_changed_are_marked() -> None:
    changed = compare(OLD, NEW).rows[1]
    assert [run.text for run in changed.new if run.changed] == ["most "]
    assert not any(run.changed for run in changed.old)


def test_punctuation_between_two_changes_is_one_change() -> None:
    row = compare("Bees, flies go home.", "Wasps, ants go home.").rows[0]
    assert [run.text for run in row.new if run.changed] == ["Wasps, ants "]


def test_a_passage_that_stayed_has_moved_and_one_that_changed_is_gone() -> None:
    difference = compare(OLD, NEW)
    stayed, gone = OLD.index("They are few"), OLD.index("pollinate crops")
    place = difference.moved(stayed, stayed + 12)
    assert place == NEW.index("They are few")
    assert difference.moved(gone, gone + len("pollinate crops")) is None


def test_a_passage_over_a_change_of_the_same_length_is_gone() -> None:
    assert compare("Bees fly far away.", "Bees sit far away.").moved(0, 18) is None


def test_another_gap_after_a_paragraph_changes_nothing_in_it() -> None:
    difference = compare("One two.\n\nThree four.", "One two.\n\nThree four.\n\nFive.")
    assert [row.state for row in difference.rows] == [State.SAME, State.SAME, State.ADDED]
    assert difference.moved(10, 21) == 10


def test_ten_thousand_words_with_a_change_in_every_paragraph_are_compared() -> None:
    paragraphs = [" ".join(f"word{(n * 7 + i) % 900}" for i in range(100)) + "." for n in range(100)]
    edited = [text.replace("word7 ", "other ").replace("word11 ", "") for text in paragraphs]
    old, new = "\n\n".join(paragraphs), "\n\n".join(edited)
    assert sides(compare(old, new)) == (old, new)


def test_a_new_beginning_does_not_move_the_pairs_of_a_long_text_that_changed_everywhere() -> None:
    paragraphs = [" ".join(f"w{n}x{i}" for i in range(20)) for n in range(60)]
    edited = ["Something new comes first.", *(text.replace("x3 ", "y3 ") for text in paragraphs)]
    rows = compare("\n\n".join(paragraphs), "\n\n".join(edited)).rows
    assert [row.state for row in rows] == [State.ADDED, *[State.CHANGED] * 60]


def test_more_changed_paragraphs_than_can_be_compared_are_paired_in_order_where_they_are_alike() -> None:
    paragraphs = [" ".join(f"w{n}x{i}" for i in range(5)) for n in range(210)]
    edited = [text.replace("x3 ", "y3 ") for text in paragraphs]
    edited[7] = "Another thought altogether."
    states = [row.state for row in compare("\n\n".join(paragraphs), "\n\n".join(edited)).rows]
    assert (states.count(State.CHANGED), states[7:9]) == (209, [State.REMOVED, State.ADDED])


def test_a_long_paragraph_is_compared_by_its_sentences() -> None:
    sentence = "The hives were counted again in the {} week of the year, and they were fewer. "
    old = "".join(sentence.format(n) for n in range(60))
    new = old.replace("in the 30 week", "in the thirtieth week")
    row = compare(old, new).rows[0]
    assert [run.text for run in row.new if run.changed] == ["thirtieth "]


@pytest.mark.parametrize(
    ("new", "is_there"),
    [
        ("The port was closed in May. The pilots had to wait for weeks.", True),
        ("New. The port was closed in May. The pilots waited for two weeks.", True),
        ("The port was never closed in May. The pilots had to wait for weeks.", False),
        ("The port was closed in 1912. The pilots had to wait for weeks.", True),
        ("A ship was lost in 1912. The pilots had to wait for weeks.", False),
        ("An inn was closed when trade failed. The pilots had to wait for weeks.", False),
    ],
)
def test_words_stay_only_in_their_sentence_and_not_in_one_that_looks_alike(new: str, is_there: bool) -> None:
    old = "The port was closed in May. The pilots had to wait for weeks."
    start = old.index("was")
    assert compare(old, new).stayed(start, start + 3) is is_there
