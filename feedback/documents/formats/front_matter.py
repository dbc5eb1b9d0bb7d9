"""Front matter: what stands before a Markdown text about it (title, author, date), in YAML or TOML.

A text may open with a rule as well, which is three dashes too: only lines that all read as keys and values
are front matter, and everything else is the student's text.
"""

from __future__ import annotations

import re

_FENCED = re.compile(
    r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?\n)(---|\.\.\.|\+\+\+)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_YAML_KEY = re.compile(
    r"(?P<key>[A-Za-z_][\w.-]*(?: [\w.-]+){0,2})\s*:(?:\s|$)|[\"'][^\"']+[\"']\s*:(?:\s|$)"
)
_TOML_KEY = re.compile(r"[\w.\"'-]+\s*=\s*\S|\[\[?[\w.\" -]+\]\]?\s*$")
_GOES_ON = re.compile(r"\s+\S|\s*-\s|\s*#|\s*[\])}]|\s*$")  # of a list, a comment, a value of several lines
_KNOWN = frozenset({
    "title", "subtitle", "author", "authors", "date", "lang", "language", "tags", "keywords", "categories",
    "category", "layout", "output", "bibliography", "csl", "draft", "slug", "description", "course", "class",
    "student", "id", "abstract", "format", "theme", "toc", "geometry", "fontsize", "documentclass", "titel",
    "autor", "datum", "aliases", "created", "updated", "permalink", "published", "summary", "weight", "type",
})  # fmt: skip


def without_front_matter(text: str) -> str:
    """The text after its front matter; the whole text where it has none."""
    found = _FENCED.match(text)
    if found is None or (found[1] == "+++") != (found[3] == "+++"):
        return text
    lines = found[2].splitlines()
    is_some = _is_toml(lines) if found[1] == "+++" else _is_yaml(lines)
    return text[found.end() :] if is_some else text


def _is_yaml(lines: list[str]) -> bool:
    if not lines or not lines[0].strip():
        return False
    keys = [match for line in lines if (match := _YAML_KEY.match(line))]
    if not keys or any(not _YAML_KEY.match(line) and not _GOES_ON.match(line) for line in lines):
        return False
    names = [match["key"] or "" for match in keys]
    return any(name.lower() in _KNOWN for name in names) or all(name.islower() for name in names)


def _is_toml(lines: list[str]) -> bool:
    return any(map(_TOML_KEY.match, lines)) and all(
        _TOML_KEY.match(line) or _GOES_ON.match(line) for line in lines
    )
