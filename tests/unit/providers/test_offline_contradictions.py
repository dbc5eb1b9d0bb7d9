"""A number that a text comes back to and gives otherwise than before."""

from __future__ import annotations

import pytest

from feedback.providers.base import CommentKind, Task
from feedback.providers.offline.reading.outline import Part
from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.tutor.checks import CHECKS, find_in_whole
from feedback.providers.offline.tutor.comments import comments_on
from feedback.providers.offline.tutor.whole import Whole


def whole(*texts: str) -> Whole:
    return Whole("Report", [Part("", Prose(text)) for text in texts], Task())


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        (
            "The two booths are taken by noon.",
            "Since the three booths are free, more would not help.",
            "three",
        ),
        ("We weighed 38 kg a day.", "As the 83 kg a day show, this is much.", "83"),
        ("The bridge carried 14 kg.", "The 12 kg that it carried were a success.", "12"),
        ("Of the 171 households many came.", "As 71 of the households would come, it pays.", "71"),
        ("Three models were compared there.", "These four models agree on the sign.", "four"),
        ("It rose by 1,200 votes.", "As the 2,100 votes show, they won.", "2,100"),
    ],
)
def test_a_number_that_comes_back_as_another_is_asked_about(before: str, after: str, number: str) -> None:
    read = whole(before, f"Something else stands between them.\n\n{after}")

    [comment] = comments_on(read, find_in_whole(read), ())

    assert comment.kind is CommentKind.ARGUMENT
    assert number in comment.quote
    assert f"never {number}" in comment.message
    assert "Which number is right?" in comment.suggestion


@pytest.mark.parametrize(
    "text",
    [
        "The two booths are taken. Since the two booths are taken, more would help.",
        "The two booths are taken. Since the three booths that we plan are free, it helps.",
        "There are five booths: two are small. Since the three booths were new, we kept them.",
        "We measured two cities. France, Italy and Spain followed. These three cities grew.",
        "We had 14 kg and 12 kg. As the 12 kg show, it held.",
        "The survey ran in 2014. Since the 1990s reports differ, we look on.",
        "It took two days. In the three days after it rained.",
    ],
)
def test_other_things_and_the_same_number_are_left_alone(text: str) -> None:
    assert list(CHECKS["number-contradicted"].check(whole(text))) == []
