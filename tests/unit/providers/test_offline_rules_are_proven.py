"""A rule speaks to students where at least twenty of its remarks were judged and nine in ten were right."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from feedback.providers.base import SectionRequest
from feedback.providers.offline import checks  # noqa: F401 (importing it registers the rules)
from feedback.providers.offline.proven import PROVEN
from feedback.providers.offline.rules import RULES
from feedback.providers.offline.tutor import comments  # noqa: F401 (importing it registers the checks)
from feedback.providers.offline.tutor.checks import CHECKS

from .offline_reading import ACADEMIC, review

JUDGEMENTS = Path(__file__).resolve().parents[3] / "benchmarks" / "quality" / "judgements.jsonl"


def test_the_rules_that_speak_are_those_that_were_judged_right() -> None:
    judged = [json.loads(line) for line in JUDGEMENTS.read_text(encoding="utf-8").splitlines()]
    right = Counter(each["rule"] for each in judged if each["verdict"] == "right")
    total = Counter(each["rule"] for each in judged)

    assert {rule for rule in total if total[rule] >= 20 and right[rule] >= 0.9 * total[rule]} == PROVEN
    assert {*RULES, *CHECKS} >= PROVEN


def test_sentences_that_others_wrote_are_not_in_the_repository() -> None:
    judged = [json.loads(line) for line in JUDGEMENTS.read_text(encoding="utf-8").splitlines()]

    others = ("jfleg:", "student:", "aaec:", "ielts:", "argrewrite:")
    assert not any("text" in each for each in judged if each["source"].startswith(others))


def test_an_unproven_rule_says_nothing() -> None:
    output = review(
        SectionRequest("They make a decision at the end of the day, and many people agree.", (), ACADEMIC)
    )

    assert output.comments == []
    assert "Nothing of what these rules look for was found" in output.summary
