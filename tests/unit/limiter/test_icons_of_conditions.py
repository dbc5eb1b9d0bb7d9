"""An icon repeats the words of a condition: the same on every page, and calm only where all is well."""

from __future__ import annotations

import pytest

from limiter.operations.condition import Condition, icon_of, tone_of


@pytest.mark.parametrize("condition", list(Condition))
def test_only_what_is_well_has_a_check_mark(condition: Condition) -> None:
    assert (icon_of(condition) == "check_circle") == (tone_of(condition) == "well")


def test_what_waits_for_somebody_looks_like_a_pause() -> None:
    paused = {each for each in Condition if icon_of(each) == "pause_circle"}
    assert paused == {Condition.PAUSED, Condition.HELD, Condition.ON_TRIAL}
