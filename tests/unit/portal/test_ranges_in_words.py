from __future__ import annotations

import pytest

from feedback.portal.words.times import start_in_words


@pytest.mark.parametrize(
    ("earliest", "latest", "words"),
    [
        (None, None, ""),
        (0, 9, "Starts within seconds."),
        (5, 50, "Starts within a minute."),
        (20, 170, "Starts within about 3 minutes."),
        (125, 230, "Starts in about 2 to 4 minutes."),
        (180, 180, "Starts in about 3 minutes."),
        (230, 125, "Starts in about 2 to 4 minutes."),
        (7300, 10_700, "Starts in about 2 to 3 hours."),
    ],
)
def test_a_range_reads_as_people_say_it(earliest: float | None, latest: float | None, words: str) -> None:
    assert start_in_words(earliest, latest) == words
