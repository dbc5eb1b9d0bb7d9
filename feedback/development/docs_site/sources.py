"""Links from a page to the code beside `docs/`: each leads to a page of the site that shows the file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[3]
LINK = re.compile(r"\]\((?P<up>(?:\.\./)+)(?P<path>[^)#]+?)/?(?P<line>#L\d+)?\)")
SCHEME = "source:"
FOLDER = "source"  # of the site


def mark(app: Sphinx, page: str, text: list[str]) -> None:
    """Name each file outside `docs/` from the repository's root, under a scheme that MyST leaves alone."""
    text[0] = LINK.sub(lambda link: _marked(page, link), text[0])


def _marked(page: str, link: re.Match[str]) -> str:
    target = (ROOT / "docs" / page).parent / link["up"] / link["path"]
    inside = target.resolve().relative_to(ROOT)
    if inside.parts[0] == "docs":
        return link[0]
    return f"]({SCHEME}{inside.as_posix()}{link['line'] or ''})"


def resolve(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Turn the marked links to those of the site, and keep which files are asked for."""
    asked = _asked(app)
    for link in doctree.findall(nodes.reference):
        if not str(link.get("refuri", "")).startswith(SCHEME):
            continue
        path, _, line = link["refuri"].removeprefix(SCHEME).partition("#")
        if not (ROOT / path).exists():
            raise FileNotFoundError(f"docs/{page}.md links to {path}")
        asked.add(path)
        where = app.builder.get_relative_uri(page, f"{FOLDER}/{path}")
        link["refuri"] = f"{where}#{line.replace('L', 'L-')}" if line else where


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """A page for each file, and for each folder one with its files."""
    asked = set(_asked(app))
    folders = {path for path in asked if (ROOT / path).is_dir()}
    files = (asked - folders) | {inside for folder in folders for inside in _files(folder)}
    for path in sorted(folders):
        yield _page(path, _listing(app, path))
    for path in sorted(files):
        yield _page(path, _shown(path))


def _asked(app: Sphinx) -> set[str]:
    asked: set[str] = vars(app.env).setdefault("marginalia_sources", set())
    return asked


def _files(folder: str) -> list[str]:
    inside = (path for path in (ROOT / folder).iterdir() if path.is_file())
    return sorted(path.relative_to(ROOT).as_posix() for path in inside)


def _page(path: str, body: str) -> tuple[str, dict[str, Any], str]:
    title = f"<code>{html.escape(path)}</code>"
    return f"{FOLDER}/{path}", {"title": path, "body": f"<h1>{title}</h1>\n{body}"}, "page.html"


def _listing(app: Sphinx, folder: str) -> str:
    here = f"{FOLDER}/{folder}"
    rows = (
        f'<li><a href="{app.builder.get_relative_uri(here, f"{FOLDER}/{path}")}">'
        f"{html.escape(Path(path).name)}</a></li>"
        for path in _files(folder)
    )
    return f"<ul>{''.join(rows)}</ul>"


def _shown(path: str) -> str:
    """Each line has an id: L-12."""
    text = (ROOT / path).read_text("utf-8")
    try:
        lexer = get_lexer_for_filename(Path(path).name, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    return str(highlight(text, lexer, HtmlFormatter(linespans="L", cssclass="highlight")))
