"""Equal requests have equal names, of all people; whatever an answer depends on changes the name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feedback.dispatch.fingerprint import fingerprint
from feedback.providers.base import Criterion, SectionRequest, SummaryRequest, Task
from tests.factories.providers import ScriptedProvider

TASK = Task("Essay", "Be brief.", "Everybody", (Criterion("Argument", "Holds", ("Weak", "Strong")),))
REQUEST = SectionRequest("Bees matter.", ("Bees", "Why"), TASK)


def test_equal_requests_have_equal_fingerprints() -> None:
    again = SectionRequest("Bees matter.", ("Bees", "Why"), replace(TASK))
    assert fingerprint(REQUEST, ScriptedProvider()) == fingerprint(again, ScriptedProvider(calls=7))


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, text="Bees matter!"),
        replace(REQUEST, heading_path=("Bees > Why",)),
        replace(REQUEST, task=replace(TASK, instructions="")),
        replace(REQUEST, task=replace(TASK, criteria=())),
    ],
)
def test_another_text_heading_or_task_is_another_request(other: SectionRequest) -> None:
    assert fingerprint(other, ScriptedProvider()) != fingerprint(REQUEST, ScriptedProvider())


def test_another_model_or_prompt_is_another_request() -> None:
    assert fingerprint(REQUEST, ScriptedProvider(version="2")) != fingerprint(REQUEST, ScriptedProvider())


def test_a_section_and_a_whole_document_are_never_the_same() -> None:
    whole = SummaryRequest("", (), ())
    assert fingerprint(whole, ScriptedProvider()) != fingerprint(SectionRequest(""), ScriptedProvider())


def test_half_a_surrogate_pair_has_a_fingerprint_too() -> None:
    assert len(fingerprint(SectionRequest("\ud800"), ScriptedProvider())) == 64
