"""Check docs/names.md, the table of renamed names, against what the code defines, and the glossary's paths.

A name is defined by a module, a class, a function, a method, a field of a class or a constant of a module in
Python (by its syntax tree), by a module or a function in Lua, or by a module in JavaScript.
Text that only mentions a name is ignored.

A row's old and new names read:

    limiter/rq/worker/fetch                  a module or a folder of modules
    limiter/rq:Fetcher                a name defined anywhere under a folder, or in a module
    limiter/gate:FlowStatus.blocked   a member of a class, or a function of a Lua module
    turns                             a name anywhere in the project (for rows that are still open)

Status: `renamed` (the old name is gone and the new one is there), `alias` (both are there, for one release),
`kept` (the old one is there), `open` (still to be decided or done).
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "names.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
STATUS = ("renamed", "alias", "kept", "open")
LUA_FUNCTION = re.compile(
    r"^(?:local )?function ([\w.]+)|^([\w.]+) = function|^local (\w+) = \{", re.MULTILINE
)


@dataclass(slots=True)
class Defined:
    """Every name that the tracked files define, with the modules that do."""

    modules: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def has(self, name: str) -> bool:
        scope, colon, member = name.rpartition(":")
        if not colon and "/" in name:
            return name in self.modules
        return any(not scope or _is_under(module, scope) for module in self.names.get(member, ()))


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # of its line
    old: str
    new: str
    status: str
    reason: str


def main() -> int:
    found = defined()
    rows = list(read(TABLE.read_text(encoding="utf-8")))
    faults = [f"{TABLE.name}:{row.number}: {fault}" for row in rows for fault in faults_of(row, found)]
    faults += glossary_faults(GLOSSARY.read_text(encoding="utf-8"))
    for fault in faults:
        print(fault)  # noqa: T201
    still = sum(row.status == "open" for row in rows)
    print(f"{len(rows)} names, of which {still} are open; {len(faults)} faults")  # noqa: T201
    return 1 if faults else 0


def read(table: str) -> Iterator[Row]:
    """The rows of the table: lines that begin with a name in backticks."""
    for number, line in enumerate(table.splitlines(), 1):
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            old, new, status, reason = (*cells, "", "", "")[:4]
            yield Row(number, old.strip("`"), new.strip("`"), status, reason)


def faults_of(row: Row, found: Defined) -> Iterator[str]:
    """What is wrong with a row, in words."""
    if row.status not in STATUS:
        yield f"the status of {row.old} is {row.status!r}, not one of {', '.join(STATUS)}"
    if row.status == "renamed" and found.has(row.old):
        yield f"{row.old} is renamed, and still defined"
    if row.status in ("alias", "kept") and not found.has(row.old):
        yield f"{row.old} should be defined, and is not"
    if row.status in ("renamed", "alias") and not found.has(row.new):
        yield f"{row.new} is not defined"
    if row.status == "kept" and not row.reason:
        yield f"{row.old} is kept without a reason"


def glossary_faults(text: str) -> list[str]:
    """Terms that stand there twice, and paths where no term can live."""
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ")]
    terms = [row[0].strip() for row in rows if row[0].strip() != "term"]
    faults = [f"glossary.md: {term} is defined twice" for term in {*terms} if terms.count(term) > 1]
    paths = [path for row in rows for path in re.findall(r"`([^`]+/[^`]*)`", row[-1])]
    return faults + [f"glossary.md: there is no {path}" for path in paths if not (ROOT / path).exists()]


def defined() -> Defined:
    found = Defined()
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.lua", "*.js"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    for line in listed.stdout.splitlines():
        path = Path(line)
        if not (ROOT / path).exists():
            continue
        module = (path.parent if path.name == "__init__.py" else path.with_suffix("")).as_posix()
        found.modules.add(module)
        if path.suffix == ".js":
            continue  # its module alone is a name
        text = (ROOT / path).read_text(encoding="utf-8")
        for name in _lua_names(text) if path.suffix == ".lua" else _python_names(ast.parse(text)):
            found.names[name].add(module)
    return found


def _lua_names(text: str) -> Iterator[str]:
    for groups in LUA_FUNCTION.findall(text):
        yield from filter(None, groups)


def _python_names(tree: ast.Module) -> Iterator[str]:
    """Names of a module; those of a class both alone and with the class's name before them."""
    for node in tree.body:
        yield from _names_of(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield node.name
            for name in _members_of(node):
                yield name
                yield f"{node.name}.{name}"


def _members_of(node: ast.ClassDef) -> Iterator[str]:
    """Its fields and methods, and what its methods set on self."""
    for member in node.body:
        yield from _names_of(member)
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
            yield from [each.attr] if getattr(each.value, "id", "") == "self" else []


def _names_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_under(module: str, scope: str) -> bool:
    return module == scope or module.startswith(f"{scope}/")


if __name__ == "__main__":
    sys.exit(main())
