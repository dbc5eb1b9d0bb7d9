"""The tables of docs/costs.md, from deploy/aws/prices.toml and the prices of models.

python .ci/costs.py           # after a price or a size changed
python .ci/costs.py --check   # changes nothing; exit 1 where the page is another
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PRICES = ROOT / "deploy/aws/prices.toml"
MODELS = ROOT / "feedback/providers/models/models.toml"
PAGE = ROOT / "docs" / "costs.md"
MARK, END = "<!-- costs -->\n", "<!-- end of costs -->"


def tables() -> str:
    read = tomllib.loads(PRICES.read_text(encoding="utf-8"))
    models = tomllib.loads(MODELS.read_text(encoding="utf-8"))
    parts = ["\n".join(_sizes(read, models)), "\n".join(_needs(read)), "\n".join(_prices(read, models))]
    return "\n" + "\n\n".join(parts) + "\n\n"


def _sizes(read: dict[str, Any], models: dict[str, Any]) -> Iterator[str]:
    names = read["calls"]["models"]
    calls = [f"{name}, calls of a term | a term in all" for name in names]
    yield f"| students | profile | machines and stores, a month | {' | '.join(calls)} |"
    yield "|" + "---|" * (3 + 2 * len(names))
    for size in read["sizes"]:
        month = _month(read, size["needs"])
        cells = [f"{size['students']:,}", size["profile"], _money(month)]
        for name in names:
            term = size["students"] * _student(read["calls"], _model(models, name))
            cells += [_money(term), _money(term + read["months"] * month)]
        yield f"| {' | '.join(cells)} |"


def _needs(read: dict[str, Any]) -> Iterator[str]:
    yield f"| students | {' | '.join(price['what'] for price in read['prices'].values())} |"
    yield "|" + "---|" * (1 + len(read["prices"]))
    for size in read["sizes"]:
        counts = [str(size["needs"].get(name, "-")) for name in read["prices"]]
        yield f"| {size['students']:,} | {' | '.join(counts)} |"


def _prices(read: dict[str, Any], models: dict[str, Any]) -> Iterator[str]:
    yield "| price | dollars | for | as of | from |"
    yield "|---|---|---|---|---|"
    for price in read["prices"].values():
        site = price["source"].split("/")[2]
        dollars, unit = price["dollars"], price["unit"]
        yield f"| {price['what']} | {dollars:g} | {unit} | {price['as_of']} | [{site}]({price['source']}) |"
    for name in read["calls"]["models"]:
        price, factor = _model(models, name)["price"], _factor(read["calls"], _model(models, name))
        both = f"{price['input'] * factor:g} in, {price['output'] * factor:g} out"
        day = models["checked"]
        yield f"| {name} through a European profile | {both} | a million tokens | {day} | `models.toml` |"


def _month(read: dict[str, Any], needs: dict[str, int]) -> float:
    total = 0.0
    for name, count in needs.items():
        price = read["prices"][name]
        total += count * price["dollars"] * (read["hours"] if price["unit"] == "hour" else 1)
    return total


def _student(calls: dict[str, Any], model: dict[str, Any]) -> float:
    """Dollars of a student's calls in a term."""
    price = model["price"]
    call = (calls["input"] * price["input"] + calls["output"] * price["output"]) / 1_000_000
    return float(calls["documents"] * calls["calls"] * call * _factor(calls, model))


def _factor(calls: dict[str, Any], model: dict[str, Any]) -> float:
    return float(model["price"].get("factors", {}).get(calls["geography"], 1.0))


def _model(models: dict[str, Any], name: str) -> dict[str, Any]:
    return next(model for model in models["models"] if model["name"] == name)


def _money(dollars: float) -> str:
    return f"${dollars:,.0f}"


def text() -> str:
    before, mark, rest = PAGE.read_text(encoding="utf-8").partition(MARK)
    return f"{before}{mark}{tables()}{END}{rest.partition(END)[2]}"


def main() -> int:
    made = text()
    if "--check" in sys.argv:
        return int(PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
