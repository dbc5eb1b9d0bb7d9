"""Each shipped alert rule, ours and Prometheus's, leads to a page that says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from feedback.development.docs_site import commands
from feedback.operations.alerts.seed import RULES
from feedback.operations.doctor.examination import checks
from tests.running import ROOT

FOLDER = ROOT / "docs/runbooks/alerts"
PAGES = {path.stem: path for path in FOLDER.glob("*.md")}
COMMAND = re.compile(r"manage\.py ([^\n`]+)")


def prometheus_rules() -> Iterator[dict[str, Any]]:
    groups = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())["groups"]
    for group in groups:
        yield from (rule for rule in group["rules"] if "alert" in rule)


@pytest.mark.parametrize("rule", [each["name"] for each in RULES])
def test_a_rule_of_ours_has_its_page(rule: str) -> None:
    assert f"rule *{rule}*" in PAGES[rule].read_text()


@pytest.mark.parametrize("rule", list(prometheus_rules()), ids=lambda rule: rule["alert"])
def test_a_rule_of_prometheus_leads_to_its_page(rule: dict[str, Any]) -> None:
    url = rule["annotations"]["runbook_url"]
    before, name = url.rsplit("/", 1)
    assert before == "{{ $externalLabels.docs }}/runbooks/alerts"
    page = PAGES[name.removesuffix(".html")].read_text()
    assert f"`{rule['alert']}`" in page


def test_no_page_is_for_a_rule_that_is_gone() -> None:
    ours = {each["name"] for each in RULES}
    led_to = {
        rule["annotations"]["runbook_url"].rsplit("/", 1)[1].removesuffix(".html")
        for rule in prometheus_rules()
    }
    assert set(PAGES) == ours | led_to


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.stem)
def test_a_page_has_its_parts_and_its_commands_exist(page: Path) -> None:
    text = page.read_text()
    for part in ("**Fires** when", "**People notice**", "## Look", "## Do", "**Over** when"):
        assert part in text
    known, reference = {name for name, _ in commands.names()}, commands.page()
    for found in COMMAND.findall(text):
        words = found.split()
        assert words[0] in known, found
        assert set(re.findall(r"--only (\w+)", found)) <= set(checks(call=False)), found
        section = reference[reference.index(f"## {words[0]}\n") :].split("\n## ")[0]
        for option in re.findall(r"--[a-z-]+", found):
            assert option in section, found
