"""docs/costs.md has the figures that the prices give today."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_is_what_the_script_writes() -> None:
    spec = importlib.util.spec_from_file_location("costs", ROOT / ".ci/costs.py")
    assert spec and spec.loader
    costs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(costs)
    assert costs.PAGE.read_text() == costs.text(), "run `python .ci/costs.py`"


def test_each_price_has_a_source_and_a_day() -> None:
    read = tomllib.loads((ROOT / "deploy/aws/prices.toml").read_text())
    for price in read["prices"].values():
        assert price["source"].startswith("https://")
        assert str(price["as_of"]) <= str(read["checked"])
    for size in read["sizes"]:
        assert set(size["needs"]) <= set(read["prices"])
