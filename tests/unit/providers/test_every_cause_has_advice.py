"""What an upstream may be held for, and what an operator is advised to do about it."""

from __future__ import annotations

import pytest

from feedback.operations import causes
from feedback.providers.errors.classing import Concerns, read_rules
from limiter.models.hold import LONGEST_CAUSE

CODES = sorted({rule.cause for rule in read_rules() if rule.concerns is Concerns.ACCOUNT})


@pytest.mark.parametrize("code", CODES)
def test_every_cause_of_the_rules_has_words_and_advice(code: str) -> None:
    assert code in causes.CAUSES
    assert len(code) <= LONGEST_CAUSE


def test_another_code_has_general_words() -> None:
    assert causes.cause_of("zebra") is causes.OTHER
    assert causes.in_words("clock") == "the clock of a machine is wrong"


def test_an_alert_holds_cause_and_advice_whole() -> None:
    """An incident's words are 300 characters, and an upstream's name 50."""
    for cause in (*causes.CAUSES.values(), causes.OTHER):
        assert len(f"{'u' * 50} is held: {cause.words}. {cause.advice}") <= 300
