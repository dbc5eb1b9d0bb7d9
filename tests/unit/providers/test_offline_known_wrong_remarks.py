"""Remarks that were wrong: a verb that does not go with its reader, somebody else’s words as the writer’s."""

from __future__ import annotations

import pytest

from feedback.providers.base import Task

from .offline_reading import noticed


@pytest.mark.parametrize(
    ("audience", "words"),
    [("specialists", "Specialists expect "), ("academic readers", "An academic reader expects ")],
)
def test_the_verb_goes_with_the_reader(audience: str, words: str) -> None:
    task = Task(title="Essay at a university", audience=audience)
    (remark,) = noticed("contraction", "The plan doesn't work.", task=task)

    assert words in remark.message


def test_a_block_quotation_is_not_the_writers_own_words() -> None:
    quoted = "Obviously, all students want shorter lessons (Hall, 2015, p. 3)."

    assert not noticed("sweeping-claim", f"Hall puts it like this:\n\n{quoted}")
    assert noticed("sweeping-claim", "So it goes.\n\nObviously, all students want shorter lessons.")
