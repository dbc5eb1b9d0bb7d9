"""The docs as a site: Sphinx makes pages of `docs/`, and this adds what only the code knows.

A link that leaves `docs/` leads to a page that shows the file (`sources`). The directives `settings`,
`commands`, `metrics` and `package` are made of the code, so no page can fall behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from sphinx.util.docutils import SphinxDirective

from . import commands, metrics, package, settings, sources

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

TABLES: dict[str, Callable[[], str]] = {
    "settings": settings.page,
    "commands": commands.page,
    "metrics": metrics.page,
    "package": package.page,
}


class Table(SphinxDirective):
    """Markdown that is made when the site is."""

    make: ClassVar[Callable[[], str]]

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(type(self).make(), allow_section_headings=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    for name, make in TABLES.items():
        members: dict[str, Any] = {"make": staticmethod(make)}
        app.add_directive(name, type(name.title(), (Table,), members))
    app.connect("source-read", sources.mark)
    app.connect("doctree-resolved", sources.resolve)
    app.connect("html-collect-pages", sources.pages)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
