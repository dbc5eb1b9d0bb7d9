"""Links and paths in the docs lead to files and headings of the repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LINK = re.compile(r"\]\((?!https?:)(?P<file>[^)#\s]*)(?:#(?P<heading>[\w-]+))?\)")
# In backticks, with a folder before it: names alone may be those of a reader's own files, but those of tests.
PATH = re.compile(
    r"`((?:[\w.-]+(?:/[\w.-]+)+\.(?:py|lua|md|toml|html|css|js|yml|conf|env|txt))|test_\w+\.py)`"
)
FOLDERS = (
    ".ci", "benchmarks", "config", "deploy", "docs", "examples", "feedback", "limiter", "requirements",
    "templates", "tests",
)  # fmt: skip
PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if page.name != "names.md"  # the table of old names
]


@pytest.fixture(scope="module")
def files() -> list[str]:
    """The files of the repository. A page may leave out the first folders of a path."""
    return [f"/{path.relative_to(ROOT)}" for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")]


def headings(page: Path) -> set[str]:
    """The anchors of a page, as they are made of its headings."""
    found = re.findall(r"^#+ (.+)", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path, files: list[str]) -> None:
    text = page.read_text("utf-8")
    for link in LINK.finditer(text):
        target = (page.parent / link["file"]).resolve() if link["file"] else page
        assert target.exists(), link[0]
        if target.suffix == ".md":  # lines of code are held by .ci/links.py
            assert link["heading"] is None or link["heading"] in headings(target), link[0]
    for path in PATH.findall(text):
        if not path.startswith("var/"):
            assert any(file.endswith(f"/{path}") for file in files), path


@pytest.mark.parametrize(
    ("text", "found"), [("`a/b.py`", ["a/b.py"]), ("`b.py`", []), ("`test_b.py`", ["test_b.py"])]
)
def test_a_path_has_a_folder_or_is_a_test(text: str, found: list[str]) -> None:
    assert PATH.findall(text) == found
