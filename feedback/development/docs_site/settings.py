"""Each variable of the environment that the code reads: its type, default, meaning and place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/configuration.md"
FOLDERS = ("config", "feedback", "limiter")
# Functions that read the variable named by their first argument.
READERS = re.compile(r"env\.\w+|os\.environ\.get|_days|_positive|_port|(?:\w+\.)?upstreams")
NAME = re.compile(r"[A-Z][A-Z0-9]*_?[A-Z0-9_]*")
ROW = re.compile(r"^\| (?P<names>`[A-Z].*?) \| (?P<default>.*?) \| (?P<meaning>.*) \|$", re.MULTILINE)
# Of other programs and libraries, or made for a child process: none of an operator's settings.
FOREIGN = frozenset(
    {
        "AWS_BEARER_TOKEN_BEDROCK", "COLUMNS", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SERVICE_NAME",
        "PROMETHEUS_MULTIPROC_DIR",
    }
)  # fmt: skip
KINDS = {
    "words": "list", "integer": "whole number", "optional_integer": "whole number",
    "optional_number": "number",
    "positive": "number above 0", "boolean": "true or false", "upstreams": "list", "get": "text",
    "time_zone": "time zone", "redis": "URL", "database": "URL", "email": "URL", "url": "URL",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    kind: str
    default: str  # as the code has it
    path: str
    line: int


@cache
def variables() -> dict[str, Variable]:
    """By name; of several places the first, in the order of the files."""
    found: dict[str, Variable] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for variable in _read_by(path):
                found.setdefault(variable.name, variable)
    return dict(sorted(found.items()))


def _read_by(path: Path) -> Iterator[Variable]:
    tree = ast.parse(path.read_text("utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args and READERS.fullmatch(ast.unparse(node.func))):
            continue
        first = node.args[0]
        name = first.value if isinstance(first, ast.Constant) else constants.get(getattr(first, "id", ""))
        if isinstance(name, str) and NAME.fullmatch(name) and name not in FOREIGN:
            reader = ast.unparse(node.func).rpartition(".")[2].strip("_")
            yield Variable(
                name,
                KINDS.get(reader, reader),
                _default(node),
                path.relative_to(ROOT).as_posix(),
                node.lineno,
            )


def _default(call: ast.Call) -> str:
    named = [word.value for word in call.keywords if word.arg == "default"]
    given = named or [part for part in call.args[1:] if isinstance(part, ast.Constant | ast.Name)]
    words = ast.unparse(given[0]) if given else ""
    return "" if words in {"''", "None"} else words


@cache
def documented() -> dict[str, str]:
    """What docs/configuration.md says of each name; "" where it names it outside a table."""
    text = PAGE.read_text("utf-8")
    found = dict.fromkeys(re.findall(rf"`({NAME.pattern})`", text), "")
    for row in ROW.finditer(text):
        for name in re.findall(rf"`({NAME.pattern})`", row["names"]):
            found[name] = row["meaning"]
    return found


def page() -> str:
    rows = ["| variable | kind | default | meaning | read in |", "|---|---|---|---|---|"]
    for variable in variables().values():
        default = f"`{variable.default}`".replace("|", "\\|") if variable.default else ""
        where = f"[{variable.path}](source:{variable.path}#L{variable.line})"
        meaning = re.sub(r"\]\((?!https?:|source:)", "](../", documented().get(variable.name, ""))
        rows.append(f"| `{variable.name}` | {variable.kind} | {default} | {meaning} | {where} |")
    return "\n".join(rows)
