"""The arithmetic of the layout, as the browser runs it: what it promises for any cards at all."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.site import Site

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

GAP, TOP = 8, 0
PLACE = """async (cases) => {
    const { place } = await import("/static/feedback/js/comments/placement.js");
    return cases.map((items) => place(items, { gap: 8, top: 0 }));
}"""
Card = dict[str, Any]


@pytest.fixture
def browser_page(page: Page, site: Site) -> Page:
    page.goto(site / "sign-in/")
    return page


def placed(page: Page, *cases: list[Card]) -> list[list[float]]:
    answer: list[list[float]] = page.evaluate(PLACE, list(cases))
    return answer


def card(at: float, height: float = 32, *, fixed: bool = False) -> Card:
    return {"at": at, "height": height, "fixed": fixed}


def random_cards(chance: random.Random, *, fixed: bool) -> list[Card]:
    places = sorted(chance.uniform(0, 900) for _ in range(chance.randint(1, 25)))
    cards = [card(at, chance.choice((28, 32, 240))) for at in places]
    if fixed:
        chance.choice(cards)["fixed"] = True
    return cards


def overlaps(cards: list[Card], tops: list[float]) -> bool:
    order = sorted(range(len(cards)), key=tops.__getitem__)
    return any(
        tops[below] < tops[above] + cards[above]["height"] + GAP - 1e-6 for above, below in pairwise(order)
    )


def moved(cards: list[Card], tops: list[float]) -> float:
    return sum((top - float(each["at"])) ** 2 for each, top in zip(cards, tops, strict=True))


def test_cards_with_room_stand_at_their_words(browser_page: Page) -> None:
    assert placed(browser_page, [card(0), card(100), card(400)], []) == [[0, 100, 400], []]


def test_two_on_one_line_share_the_way(browser_page: Page) -> None:
    assert placed(browser_page, [card(100), card(100)]) == [[80, 120]]


def test_the_fixed_one_stays_and_the_others_make_room(browser_page: Page) -> None:
    assert placed(browser_page, [card(100), card(100, 200, fixed=True), card(110)]) == [[60, 100, 308]]


def test_a_card_without_room_above_the_fixed_one_stands_below_it(browser_page: Page) -> None:
    assert placed(browser_page, [card(0), card(5), card(50, 100, fixed=True)]) == [[0, 158, 50]]


def test_any_cards(browser_page: Page) -> None:
    chance = random.Random(17)
    cases = [random_cards(chance, fixed=bool(number % 2)) for number in range(200)]
    for cards, tops in zip(cases, placed(browser_page, *cases), strict=True):
        assert not overlaps(cards, tops), cards
        assert min(tops) >= TOP
        assert all(top == each["at"] for each, top in zip(cards, tops, strict=True) if each["fixed"])
        if not any(each["fixed"] for each in cards):
            assert tops == sorted(tops), "in reading order"
            assert_no_small_move_is_better(cards, tops, chance)


def assert_no_small_move_is_better(cards: list[Card], tops: list[float], chance: random.Random) -> None:
    """The problem is convex: what no small move betters is the least movement that there is."""
    for _ in range(60):
        first, last = sorted(chance.choices(range(len(tops) + 1), k=2))
        by = chance.choice((-2, -0.5, 0.5, 2))
        other = [top + by if first <= index < last else top for index, top in enumerate(tops)]
        if min(other) >= TOP and not overlaps(cards, other):
            assert moved(cards, other) >= moved(cards, tops) - 1e-6, cards
