"""docs/bedrock.md and the rules can't drift apart."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from feedback.providers.errors.classing import read_rules

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("error_table", ROOT / ".ci/error_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_as_the_rules_are(script: ModuleType) -> None:
    assert script.PAGE.read_text("utf-8") == script.page(), "run .ci/error_table.py"


def test_the_page_has_a_row_for_each_rule(script: ModuleType) -> None:
    _, _, rest = script.PAGE.read_text("utf-8").partition(script.BEGIN)
    rows = [line for line in rest.partition(script.END)[0].splitlines() if line.count("|") == 6]
    assert len(rows) - 2 == len(read_rules()) >= 40


def test_the_test_that_it_names_is_there(script: ModuleType) -> None:
    assert (ROOT / script.TEST).is_file()
