"""`make docs` makes the site as strictly as here: each link leads somewhere, nothing is foreign."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.running import ROOT

SECONDS = 600  # a bound on what hangs
LINK = re.compile(r'<(?P<tag>a|img|script|link|source)\b[^>]*?\s(?:href|src)="(?P<to>[^"]+)"')
ID = re.compile(r'\sid="([^"]+)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with every warning an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "--builder",
        "html",
        "--fail-on-warning",
        "--keep-going",
        "--quiet",
    ]
    done = subprocess.run(
        [*command, "-d", str(folder / "trees"), "docs", str(folder / "html")],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "html"


def links(page: Path) -> Iterator[tuple[str, str]]:
    for link in LINK.finditer(page.read_text("utf-8")):
        yield link["tag"], link["to"].replace("&amp;", "&")


@cache
def anchors(page: Path) -> frozenset[str]:
    return frozenset(ID.findall(page.read_text("utf-8")))


def leads_nowhere(page: Path, to: str) -> bool:
    parts = urlsplit(urljoin(page.as_uri(), to))
    target = Path(unquote(parts.path))
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return True
    is_line = parts.fragment and target.suffix == ".html"
    return bool(is_line) and unquote(parts.fragment) not in anchors(target)


def test_each_link_of_the_site_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    broken, foreign = set(), set()
    for page in pages:
        for tag, to in links(page):
            if urlsplit(to).scheme in {"http", "https"}:
                foreign |= {to} if tag != "a" else set()
            elif urlsplit(to).scheme == "" and leads_nowhere(page, to):
                broken.add((page.relative_to(site).as_posix(), to))
    assert len(pages) > 90
    assert broken == set()
    assert foreign == set()


def test_a_link_that_leads_nowhere_is_seen(site: Path) -> None:
    page = site / "gate.html"
    assert leads_nowhere(page, "gone.html")
    assert leads_nowhere(page, "architecture.html#gone")
    assert not leads_nowhere(page, "architecture.html#the-rooms")


def test_a_link_to_code_shows_its_line(site: Path) -> None:
    page = site / "architecture.html"
    to = next(to for _, to in links(page) if "source/feedback/pipeline/run.py" in to)
    shown = (site / urlsplit(to).path).read_text("utf-8")
    line = re.search(rf'<span id="{urlsplit(to).fragment}">(.*)', shown)
    assert line is not None
    assert "run" in line[1]


def test_styles_load_nothing_from_elsewhere(site: Path) -> None:
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert len(styles) > 3
    assert not [to for style in styles for to in re.findall(r"url\(\s*[\"']?(?:https?:)?//[^)]*", style)]


def test_the_search_knows_the_pages(site: Path) -> None:
    index = (site / "searchindex.js").read_text("utf-8")
    for page in ("tutorial", "runbooks/alerts/throttled", "reference/settings"):
        assert f'"{page}"' in index


def test_its_colours_and_its_letters_are_the_portals(site: Path) -> None:
    tokens = (ROOT / "feedback/static/feedback/css/tokens.css").read_text("utf-8")
    page = (site / "index.html").read_text("utf-8")
    for name, variable in {
        "--pencil": "color-brand-primary", "--ink": "color-foreground-primary",
        "--sheet": "color-background-primary", "--desk": "color-background-secondary",
        "--rule": "color-background-border", "--margin-line": "color-margin-line",
    }.items():  # fmt: skip
        light, dark = re.findall(rf"^  {name}: light-dark\((#\w+), (#\w+)\)", tokens, re.MULTILINE)[0]
        assert re.findall(rf"--{variable}: (#\w+)", page)[:2] == [light, dark], name
    assert list(site.rglob("literata-latin-wght-normal.woff2"))
