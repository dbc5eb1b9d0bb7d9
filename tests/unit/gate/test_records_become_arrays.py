"""Records become arrays: a field its place."""

from __future__ import annotations

import pytest

from limiter.gate.redis.records import placed

LANE = """-- record lane
--   born r_peak t_peak
--   | owner
--   | name
"""


def test_a_field_becomes_its_place_texts_before_numbers() -> None:
    text = placed(LANE + "return lane.owner, lane.born, lane.name, other.born, found.lane.born\n")
    assert "return lane[1], lane[2], lane[5], other.born, found.lane.born\n" in text


def test_a_field_of_requests_or_tokens_is_chosen_by_which() -> None:
    assert 'lane[which == "r" and 3 or 4] = 1' in placed(LANE + 'lane[which .. "_peak"] = 1\n')


def test_what_a_new_record_is_not_given_is_nought() -> None:
    assert '{ "ann", now, 0, 0 }' in placed(LANE + 'return lane_record({ owner = "ann", born = now })\n')


def test_a_record_takes_no_field_that_it_does_not_have() -> None:
    with pytest.raises(ValueError, match="A lane has no colour"):
        placed(LANE + "return lane_record({ colour = 1 })\n")
