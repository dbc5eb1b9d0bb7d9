"""axe-core on a page: WCAG 2.2 AA and its best practices, in light; colours once more in dark."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

SCRIPT = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}


RULES = {"light": EVERYTHING, "dark": COLOURS}


def complaints(page: Page, schemes: Iterable[str] = tuple(RULES)) -> list[str]:
    """What axe finds wrong on the page that is open."""
    return [f"{scheme}: {found}" for scheme in schemes for found in _complaints(page, scheme, RULES[scheme])]


def _complaints(page: Page, scheme: Any, rules: dict[str, Any]) -> list[str]:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SCRIPT)
    found = page.evaluate("(rules) => axe.run(document, rules)", rules)["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]
