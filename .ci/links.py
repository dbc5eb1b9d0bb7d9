"""The links of docs/architecture.md to lines of code: each leads to where its name is defined.

    python .ci/links.py            # after code has moved: write the lines anew
    python .ci/links.py --check    # name what is stale, and change nothing

A link is [`name`](../path#L12). The name is a class or a function, or a module's table in Lua.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
LINK = re.compile(r"\[`(?P<name>[\w.]+)`\]\(\.\./(?P<path>[^)#]+)#L(?P<line>\d+)\)")


def defined_at(path: Path, name: str) -> int | None:
    """The number of the line that defines the name; None: no line does."""
    word = re.escape(name)
    begins = re.compile(rf"(async def|def|class|function|local) {word}\b(?!\.)")
    lines = path.read_text().splitlines() if path.is_file() else []
    return next((number for number, line in enumerate(lines, 1) if begins.match(line)), None)


def renewed(text: str) -> tuple[str, list[str]]:
    """The page with its lines as they are now, and the links that lead nowhere."""
    broken: list[str] = []

    def anew(link: re.Match[str]) -> str:
        line = defined_at(ROOT / link["path"], link["name"])
        if line is None:
            broken.append(f"{link['path']} defines no {link['name']}")
            return link[0]
        return f"[`{link['name']}`](../{link['path']}#L{line})"

    return LINK.sub(anew, text), broken


def main() -> int:
    before = PAGE.read_text()
    after, faults = renewed(before)
    if "--check" not in sys.argv:
        PAGE.write_text(after)
    elif after != before:
        faults.append("docs/architecture.md has lines that moved: make fmt")
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
