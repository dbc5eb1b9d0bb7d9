"""The reference of the package says of each public name what it does, in which units, and what it raises."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from feedback.development.docs_site import package
from limiter.gate import Outcome, Reason
from tests.running import ROOT

PUBLIC = dict(package.public())
DURATIONS = ("wait", "seconds", "retry_after", "grace")
OUR_OWN = "limiter"


def functions() -> Iterator[tuple[str, Callable[..., Any], str]]:
    """Every function and method with what stands above it: its class's docstring."""
    for path, value in PUBLIC.items():
        if inspect.isclass(value):
            for name, method in package.methods(value):
                yield f"{path}.{name}", method, package.documentation(value)
        elif inspect.isfunction(value):
            yield path, value, inspect.getdoc(inspect.getmodule(value)) or ""


FUNCTIONS = {path: (function, above) for path, function, above in functions()}


def _raised_by(function: Callable[..., Any]) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [each.exc for each in ast.walk(tree) if isinstance(each, ast.Raise) and each.exc is not None]
    return {ast.unparse(each.func) for each in calls if isinstance(each, ast.Call)}


@pytest.mark.parametrize("path", PUBLIC)
def test_a_name_is_explained(path: str) -> None:
    assert len(package.documentation(PUBLIC[path]).split()) >= 3


@pytest.mark.parametrize("path", FUNCTIONS)
def test_a_function_is_explained_and_so_is_a_method_that_no_base_explains(path: str) -> None:
    function, _above = FUNCTIONS[path]
    assert package.documentation(function) or _of_a_base(path), path


def _of_a_base(path: str) -> bool:
    kind, _, name = path.rpartition(".")
    bases = inspect.getmro(PUBLIC[kind])[1:] if kind in PUBLIC else ()
    return any(hasattr(base, name) and not base.__module__.startswith(OUR_OWN) for base in bases)


@pytest.mark.parametrize("path", [path for path, (function, _) in FUNCTIONS.items() if _raised_by(function)])
def test_the_errors_that_it_raises_are_named(path: str) -> None:
    function, above = FUNCTIONS[path]
    text = package.documentation(function) + above
    assert [error for error in _raised_by(function) if error not in text] == []


@pytest.mark.parametrize("path", FUNCTIONS)
def test_a_duration_has_its_unit(path: str) -> None:
    function, above = FUNCTIONS[path]
    if set(DURATIONS) & set(inspect.signature(function).parameters):
        assert "second" in package.documentation(function) + above


@pytest.mark.parametrize("kind", [Outcome, Reason])
def test_each_outcome_and_reason_says_what_it_means(kind: type) -> None:
    rows = [*package._members(kind)]
    assert len(rows) == len(list(kind))  # type: ignore[call-overload]
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize("name", package.ROWS)
def test_each_setting_of_a_row_says_what_it_means(name: str) -> None:
    assert [each.name for each in package.columns(name) if not (each.help_text or each.verbose_name)] == []


def test_each_setting_of_django_and_each_entry_has_a_meaning() -> None:
    settings = package.settings_of_django()
    assert {"LIMITER_QUEUES", "LIMITS", "CONCURRENCY", "LIMITER_PLANS"} <= set(settings)
    assert [name for name in settings if not package.meaning_of(name)] == []
    entries = [words for setting in package.ENTRIES for words in package.entries_of(setting).values()]
    assert len(entries) > 10
    assert all(entries)


def test_the_page_is_made_of_the_code_and_has_it_all() -> None:
    assert "```{package}" in (ROOT / "docs/limiter/reference.md").read_text()
    page = package.page()
    for path in PUBLIC:
        assert f"#### {path.rpartition('.')[2]}\n" in page
    for words in ("limiter apply", "rqworker", "simulate", "LIMITER_QUEUES", "`THROTTLED`", "max_in_flight"):
        assert words in page
