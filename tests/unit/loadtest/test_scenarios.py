"""The students' texts. They know nothing of Django, so they are loaded from their file."""

from __future__ import annotations

import importlib.util
from random import Random
from types import ModuleType

import pytest

from tests.running import ROOT


@pytest.fixture(scope="module")
def essays() -> ModuleType:
    spec = importlib.util.spec_from_file_location("essays", ROOT / "deploy" / "loadtest" / "essays.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_student_writes_another_text_and_the_same_in_each_run(essays: ModuleType) -> None:
    ada, again, ben = (essays.essay(Random(name), 4) for name in ("ada", "ada", "ben"))
    assert ada == again
    assert ada != ben
    assert ada.count("# ") == 4


@pytest.mark.parametrize("seed", range(8))
def test_a_new_draft_differs_in_one_section(essays: ModuleType, seed: int) -> None:
    text = essays.essay(Random("ada"), 5)
    before, after = text.split("\n\n# "), essays.revised(Random(seed), text).split("\n\n# ")
    assert [len(before), len(after)] == [5, 5]
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert after[0].startswith("# ")
