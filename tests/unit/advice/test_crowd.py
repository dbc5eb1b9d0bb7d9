from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedback.operations.advice.crowd import Crowd, busiest, crowd, people_at_once

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_the_most_at_one_moment() -> None:
    spans = [(at(0), at(10)), (at(5), at(15)), (at(8), at(9)), (at(20), at(21))]
    assert crowd(spans, bound=9) == Crowd(3, at(8), 0.0)


def test_a_person_that_leaves_makes_room_for_one_that_comes() -> None:
    assert crowd([(at(0), at(5)), (at(5), at(10))], bound=9).most == 1


def test_how_long_there_were_too_many() -> None:
    spans = [(at(0), at(10)), (at(2), at(4)), (at(6), at(9)), (at(7), at(8))]
    assert crowd(spans, bound=1).seconds_over == 2 * 60 + 3 * 60


def test_no_people_are_no_crowd() -> None:
    assert crowd([], bound=1) == Crowd()


def test_a_person_with_three_texts_counts_once() -> None:
    spans = [("ada", at(0), at(10)), ("ada", at(1), at(9)), ("ben", at(2), at(3)), ("cleo", at(3), at(4))]
    assert people_at_once(spans) == 2


def test_the_busiest_minute() -> None:
    moments = [at(0), at(0.5), at(0.9), at(1.2), at(5)]
    assert busiest(moments) == 3
    assert busiest([]) == 0
