"""`.ci/links.py` holds the links of docs/architecture.md to where each name is defined."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("links", ROOT / ".ci/links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_link_of_the_page_leads_to_its_name(script: ModuleType) -> None:
    page = script.PAGE.read_text()
    assert len(script.LINK.findall(page)) > 20
    assert script.renewed(page) == (page, [])


def test_a_line_that_moved_is_written_anew(script: ModuleType) -> None:
    line = script.defined_at(ROOT / ".ci/links.py", "main")
    stale, right = (f"[`main`](../.ci/links.py#L{number})" for number in (1, line))
    assert script.renewed(f"See {stale}.") == (f"See {right}.", [])


@pytest.mark.parametrize("link", ["[`gone`](../.ci/links.py#L1)", "[`main`](../.ci/gone.py#L1)"])
def test_a_name_that_is_gone_is_a_fault(script: ModuleType, link: str) -> None:
    page, faults = script.renewed(link)
    assert page == link
    assert len(faults) == 1


def test_names_of_lua_are_found_too(script: ModuleType) -> None:
    folder = ROOT / "limiter/functions/lua/operations"
    for name in ("admit", "admit.run"):
        line = script.defined_at(folder / "admit.lua", name)
        assert line is not None
        assert name in (folder / "admit.lua").read_text().splitlines()[line - 1]
