"""Each metric where the code makes it: its name as it is asked for, its kind, its labels and its meaning."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedback.operations.observe.metrics.exposition import SHARED

ROOT = Path(__file__).resolve().parents[3]
PLACES = ("feedback/operations/observe/metrics", "limiter/operations")
KINDS = {
    "Counter": "counter", "Histogram": "histogram", "CounterMetricFamily": "counter",
    "GaugeMetricFamily": "gauge",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str


def page() -> str:
    rows = ["| metric | kind | labels | meaning |", "|---|---|---|---|"]
    for measure in measures():
        labels = ", ".join(f"`{label}`" for label in measure.labels)
        rows.append(f"| `{measure.name}` | {measure.kind} | {labels} | {measure.meaning} |")
    return "\n".join(rows)


@cache
def measures() -> list[Measure]:
    paths = sorted(path for place in PLACES for path in (ROOT / place).rglob("*.py"))
    made = [*(measure for path in paths for measure in _made_by(path)), *_reads()]
    return sorted(made, key=lambda measure: measure.name)


def _reads() -> Iterator[Measure]:
    """The one metric with a name that is put together while the system runs: a store's own."""
    for collector in SHARED:
        name = collector.__name__.removesuffix("Collector").lower()
        yield Measure(f"marginalia_{name}_read", "gauge", (), "1 where its figures could be read.")


def _made_by(path: Path) -> Iterator[Measure]:
    """Calls of a metric's class, and those of a module's own short forms of it."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    short = {function.name: form for function in functions if (form := _form(function))}
    lists = _lists(tree)
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args):
            continue
        words = [str(part.value) for part in call.args if isinstance(part, ast.Constant)]
        if call.func.id in short:
            kind, before, common = short[call.func.id]
            yield _measure(before + words[0], kind, [*common, *words[2:]], words[1])
        elif call.func.id in KINDS and isinstance(call.args[0], ast.Constant):
            yield _measure(words[0], KINDS[call.func.id], _labels(call, lists), words[1])


def _measure(name: str, kind: str, labels: list[str], meaning: str) -> Measure:
    return Measure(f"{name}_total" if kind == "counter" else name, kind, tuple(labels), meaning)


def _form(function: ast.FunctionDef) -> tuple[str, str, list[str]] | None:
    """Of a function that only makes a metric: its kind, how each name begins, and the labels of all."""
    returned = function.body[-1]
    call = returned.value if isinstance(returned, ast.Return) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KINDS):
        return None
    name = call.args[0]
    before = name.values[0] if isinstance(name, ast.JoinedStr) else None
    return (
        (KINDS[call.func.id], str(before.value), _labels(call, {}))
        if isinstance(before, ast.Constant)
        else None
    )


def _lists(tree: ast.Module) -> dict[str, ast.expr]:
    """Lists that have a name."""
    return {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _labels(call: ast.Call, lists: dict[str, ast.expr]) -> list[str]:
    given = [word.value for word in call.keywords if word.arg == "labels"] or call.args[2:3]
    listed = lists.get(given[0].id) if given and isinstance(given[0], ast.Name) else next(iter(given), None)
    parts = listed.elts if isinstance(listed, ast.List) else []
    return [str(part.value) for part in parts if isinstance(part, ast.Constant)]
