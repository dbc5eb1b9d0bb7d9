"""The site's reference is complete: settings, commands and metrics, beside the written pages."""

from __future__ import annotations

import re

import pytest
from django.core.management import get_commands

from feedback.development.docs_site import commands, metrics, settings
from tests.running import ROOT

WRITTEN_IN = "docs/metrics.md"


def test_each_variable_that_is_read_is_documented() -> None:
    assert len(settings.variables()) > 90
    assert set(settings.variables()) - set(settings.documented()) == set()


def test_each_variable_that_is_documented_is_read() -> None:
    of_django = {"DJANGO_SETTINGS_MODULE"}
    assert set(settings.documented()) - set(settings.variables()) == of_django


@pytest.mark.parametrize(
    "name", ["REDIS_URL", "BEDROCK_UPSTREAMS", "LIMITER_WORKER_SLOTS", "PORT", "PROBES_LISTEN"]
)
def test_a_variable_leads_to_the_line_that_reads_it(name: str) -> None:
    variable = settings.variables()[name]
    near = (ROOT / variable.path).read_text().splitlines()[variable.line - 1 : variable.line + 2]
    assert name in "".join(near) or name == "PROBES_LISTEN"
    assert f"| `{name}` |" in settings.page()


def test_each_command_of_ours_has_its_help() -> None:
    page = commands.page()
    ours = {name for name, app in get_commands().items() if app in {"feedback", "limiter"}}
    assert {name for name, _ in commands.names()} == ours
    for name in ours:
        assert f"## {name}\n\n```text\nusage: manage.py {name}" in page
    assert "### limiter explain" in page
    assert "--only CHECK" in page
    assert "--pythonpath" not in page


def test_each_documented_metric_is_in_the_table_with_its_labels() -> None:
    """tests/integration/observe holds the written page and what is served together."""
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (.*) \|$", (ROOT / WRITTEN_IN).read_text(), re.MULTILINE)
    written = {
        name: words for names, words in rows for name in re.findall(r"`((?:marginalia|limiter)_\w+)`", names)
    }
    made = {measure.name: measure for measure in metrics.measures()}
    assert set(made) == set(written)
    for name, measure in made.items():
        unsaid = [label for label in measure.labels if f"`{label}`" not in written[name]]
        assert unsaid in ([], ["upstream"]), name
