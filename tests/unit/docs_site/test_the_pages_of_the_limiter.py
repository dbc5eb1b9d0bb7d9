"""Each test that the promises name is there, and what a page of the limiter calls by name is in the code."""

from __future__ import annotations

import ast
import inspect
import re
from itertools import chain
from pathlib import Path

import pytest

import limiter
from feedback.development.docs_site import package
from limiter.models import Plan, Upstream
from tests.running import ROOT

FOLDER = ROOT / "docs" / "limiter"
PAGES = [*sorted(FOLDER.glob("*.md")), ROOT / "docs" / "limits.md", ROOT / "limiter" / "README.md"]
COLUMNS = {each.name for model in (Upstream, Plan) for each in model._meta.concrete_fields}


def test_each_test_that_a_promise_names_is_there() -> None:
    """One by its bare name stands beside another of the same row."""
    missing, named = [], 0
    for row in (FOLDER / "promises.md").read_text().splitlines():
        paths = re.findall(r"`([\w/]+(?:/[\w.]+|\.py))`", row) if row.startswith("|") else []
        full = [ROOT / path for path in paths if "/" in path]
        folders = {path if path.is_dir() else path.parent for path in full}
        missing += [path for path in full if not path.exists()]
        for bare in (path for path in paths if "/" not in path):
            missing += [] if any((folder / bare).exists() for folder in folders) else [bare]
        named += len(paths)
    assert named > 15
    assert missing == []


def code_of(page: Path) -> list[str]:
    """What stands between backticks within its text."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", text)


def settings_in(page: Path) -> set[str]:
    return {each for each in code_of(page) if package.SETTING.fullmatch(each)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_setting_that_a_page_names_is_read(page: Path) -> None:
    known = {*package.settings_of_django(), "LIMITER_TRAFFIC"}
    assert settings_in(page) - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_call_of_the_package_takes_what_the_page_gives_it(page: Path) -> None:
    for code in code_of(page):
        for name, given in re.findall(r"limiter\.(\w+)\(([^)]*)", code):
            function = getattr(limiter, name)
            known = set(inspect.signature(function).parameters)
            assert set(re.findall(r"(\w+)=", given)) <= known, code


def test_what_takes_the_place_of_anothers_limit_is_a_setting_or_a_name_here() -> None:
    """The second column of each table of the page about moving."""
    rows = re.findall(r"^\| .*? \| (.*?) \|$", (FOLDER / "moving.md").read_text(), re.MULTILINE)
    words = set(chain.from_iterable(re.findall(r"`([a-z_]+)(?: = \d+)?`", row) for row in rows))
    assert {"requests_per_minute", "max_in_flight", "tokens_per_day"} <= words
    assert words - COLUMNS == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_block_of_python_can_be_read(page: Path) -> None:
    for block in re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
        ast.parse(block)
