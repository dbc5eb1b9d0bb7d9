"""The reference of the package `limiter`: each public name, setting, outcome and command, from the code."""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.db import models

from . import commands

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "limiter"
PAGES = [ROOT / "docs" / f"{name}.md" for name in ("limiter", "limits", "rq", "configuration")]
MEMBER = re.compile(r"^    (?P<name>\w+)\b[^#\n]*?(?:#\s*(?P<words>.*))?$")
ENTRY = re.compile(r'^    "(?P<name>\w+)": \w[\w.]*,(?:\s*#\s*(?P<words>.*))?$', re.MULTILINE)
SETTING = re.compile(r"(?:LIMIT|BREAKER|CONCURREN)[A-Z]*(?:_[A-Z]+)*")

# Modules with the names that others may use; none named: their __all__.
MODULES: Mapping[str, tuple[str, ...]] = {
    "limiter": (),
    "limiter.services": (),
    "limiter.selectors": (
        "upstream_status", "all_upstreams", "explain", "explain_anywhere", "flow_limits", "group_limits",
        "config_versions", "suspended_flows", "UpstreamStatus",
    ),
    "limiter.gates": ("get_gate", "use_gate", "backend", "queues"),
    "limiter.configuration.policies": ("ensure_policy", "resolve_policy", "FlowLimits"),
    "limiter.configuration.publication": ("publish", "publish_missing", "reconcile_configuration"),
    "limiter.configuration.filed": ("declared", "read", "exported", "difference", "apply", "Applied"),
    "limiter.jobs.execution": ("current_execution", "Execution"),
    "limiter.rq.queue": ("GatedQueue",),
    "limiter.rq.job": ("GatedJob",),
    "limiter.rq.worker": ("ConcurrentWorker",),
    "limiter.named.middleware": ("LimitMiddleware",),
    "limiter.operations.metrics": ("GateCollector",),
    "limiter.solo": ("RequestManager", "get_request_manager", "Stats", "FlowStats", "GaveUpError"),
    "limiter.conformance": (),
    "limiter.gate": ("Outcome", "Reason", "Usage", "GateError", "GateUnavailable", "Explanation"),
}  # fmt: skip
# What these return: made by them alone.
RETURNED = (
    "limiter.named.limits:Limit", "limiter.algorithms.limits.model:Verdict",
    "limiter.named.places:Concurrency", "limiter.named.places:Lease", "limiter.named.breakers:Breaker",
)  # fmt: skip
ROWS = ("Upstream", "Plan", "FlowOverride", "GroupWeight", "Pool")
ENTRIES = {"LIMITS": "LIMIT", "BREAKERS": "BREAKER", "CONCURRENCY": "CONCURRENT"}


def page() -> str:
    parts = [
        "## Names",
        *(_module(module) for module in MODULES),
        _returned(),
        "## Settings of an upstream, and others",
    ]
    parts += [_row(name) for name in ROWS]
    parts += ["## Settings of Django", _settings(), *(_entries(name) for name in ENTRIES)]
    parts += ["## Commands", *(_command(name) for name, app in commands.names() if app == "limiter")]
    return "\n\n".join(parts)


def public() -> Iterator[tuple[str, Any]]:
    """Every name with what it stands for: functions, classes, and their methods."""
    for module, names in MODULES.items():
        there = import_module(module)
        for name in names or there.__all__:
            yield f"{module}.{name}", getattr(there, name)
    for path in RETURNED:
        module, _, name = path.partition(":")
        yield path.replace(":", "."), getattr(import_module(module), name)


def methods(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Those that the class itself has, and says something of; properties too."""
    for name, value in vars(kind).items():
        found = value.fget if isinstance(value, property) else value
        found = getattr(found, "__func__", found)
        if not name.startswith("_") and inspect.isfunction(found):
            yield name, found


def documentation(value: Any) -> str:
    """The docstring of its own. A dataclass without one has its signature there: that says nothing."""
    text = value.__dict__.get("__doc__") if inspect.isclass(value) else value.__doc__
    made = inspect.isclass(value) and (text or "").startswith(f"{value.__name__}(")
    return "" if made else inspect.cleandoc(text or "")


def _module(module: str) -> str:
    there = import_module(module)
    names = [_name(getattr(there, name), name) for name in MODULES[module] or there.__all__]
    return "\n\n".join([f"### {module}", *names])


def _returned() -> str:
    found = [path.partition(":") for path in RETURNED]
    return "\n\n".join(
        ["### What they return", *(_name(getattr(import_module(m), n), n) for m, _, n in found)]
    )


def _name(value: Any, name: str) -> str:
    lines = [f"#### {name}", f"```text\n{name}{_signature(value)}\n```", _prose(documentation(value))]
    if inspect.isclass(value):
        members = [*_members(value)]
        if members:
            lines.append("\n".join(["| member | meaning |", "|---|---|", *members]))
        lines += [
            f"- `{each}{'' if isinstance(vars(value)[each], property) else _signature(method)}`: "
            f"{_prose(documentation(method), ' ')}"
            for each, method in methods(value)
            if documentation(method)
        ]
    return "\n\n".join(line for line in lines if line)


def _signature(value: Any) -> str:
    if inspect.isclass(value) and (issubclass(value, enum.Enum | BaseException)):
        return ""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    kept = [each for each in signature.parameters.values() if each.name != "self"]
    text = str(signature.replace(parameters=kept))
    text = re.sub(r"<class '(?:\w+\.)*(\w+)'>", r"\1", text)
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", text)  # annotations are texts


def _prose(text: str, between: str = "\n\n") -> str:
    """Paragraphs, with code as it stands."""
    parts = []
    for part in text.split("\n\n"):
        if part.startswith("    "):
            parts.append(part if between == "\n\n" else "")
        else:
            parts.append(" ".join(line.strip() for line in part.splitlines()))
    return between.join(part for part in parts if part).replace("<", "&lt;").replace("{", "&#123;")


def _members(kind: type) -> Iterator[str]:
    """Of an enumeration or a dataclass, with what stands behind them in the source."""
    if issubclass(kind, enum.Enum):
        names = {each.name: f"`{each.name}` (`{each.value}`)" for each in kind}
    elif dataclasses.is_dataclass(kind):
        names = {each.name: f"`{each.name}`: `{_type(each.type)}`" for each in dataclasses.fields(kind)}
    else:
        return
    words = {
        found["name"]: found["words"]
        for line in inspect.getsource(kind).splitlines()
        if (found := MEMBER.match(line))
    }
    for name, shown in names.items():
        if not name.startswith("_"):
            yield f"| {shown.replace('|', chr(92) + '|')} | {_cell(words.get(name) or '')} |"


def _type(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def columns(name: str) -> list[models.Field[Any, Any]]:
    """The settings of a row that somebody may change."""
    model = getattr(import_module("limiter.models"), name)
    state = {"changed_at", "reason"}
    fields = [each for each in model._meta.concrete_fields if each.editable and each.name not in state]
    return [each for each in fields if not each.name.startswith("held_") and each.name != "holds"]


def _row(name: str) -> str:
    model = getattr(import_module("limiter.models"), name)
    lines = [f"### {name}", _prose(documentation(model)), ""]
    lines += ["| setting | kind | default | meaning |", "|---|---|---|---|"]
    for each in columns(name):
        default = (
            "" if each.default is models.NOT_PROVIDED or callable(each.default) else f"`{each.default!r}`"
        )
        meaning = (
            " ".join([str(each.help_text), *_choices(each)]).strip() or f"{each.verbose_name}".capitalize()
        )
        lines.append(f"| `{each.name}` | {_kind(each)} | {default} | {_cell(meaning)} |")
    sentences = dict.fromkeys(str(each.violation_error_message) for each in model._meta.constraints)
    lines += ["", "Refused, each with its sentence:", "", *(f"- {_cell(each)}" for each in sentences)]
    return "\n".join(lines)


def _kind(field: models.Field[Any, Any]) -> str:
    match field.get_internal_type():
        case kind if "Integer" in kind:
            found = "whole number"
        case "FloatField":
            found = "number"
        case "BooleanField":
            found = "true or false"
        case "JSONField":
            found = "list of names"
        case "DateTimeField":
            found = "moment"
        case _:
            found = "text"
    return f"{found} or none" if field.null else found


def _choices(field: models.Field[Any, Any]) -> list[str]:
    return (
        [f"One of {', '.join(f'`{value}`' for value, _ in field.choices if value)}."] if field.choices else []
    )


@cache
def settings_of_django() -> Mapping[str, str]:
    """Names of settings that the package reads, with their defaults as the code has them."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        constants = _constants(tree)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and not ast.unparse(call.func).startswith("_each"):
                for at, argument in enumerate(call.args[:2]):
                    name = argument.value if isinstance(argument, ast.Constant) else None
                    if isinstance(name, str) and SETTING.fullmatch(name) and len(call.args) > at + 1:
                        code = ast.unparse(call.args[at + 1])
                        found.setdefault(name, constants.get(code, code))
    for kind in import_module("limiter.configuration.filed").KINDS:
        found.setdefault(kind.setting, "None")
    return {name: found.get(name, "{}") for name in sorted({*found, *ENTRIES})}


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """By name: those of a module, as they are written."""
    return {
        target.id: ast.unparse(value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        for target, value in _pairs(target, node.value)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant)
    }


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Several names may be set in one line."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def meaning_of(setting: str) -> str:
    """What the written pages say of it in a table, or else in a line."""
    for page in PAGES:
        for row in re.findall(rf"^\|(?=[^|]*`{setting}`).*\|$", page.read_text("utf-8"), re.MULTILINE):
            return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", row.strip("| ").split(" | ")[-1])
    return ""


def _settings() -> str:
    rows = [
        f"| `{name}` | {_default(default)} | {_cell(meaning_of(name))} |"
        for name, default in settings_of_django().items()
    ]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])


def _default(code: str) -> str:
    """A constant by its value."""
    return "" if code in ("None", "''") else f"`{code}`"


def entries_of(setting: str) -> Mapping[str, str]:
    """What an entry of LIMITS, BREAKERS or CONCURRENCY may say, with its meaning."""
    source = (PACKAGE / "named" / "settings.py").read_text("utf-8")
    start = source.index(f"{ENTRIES[setting]}: Mapping[str, Reader] = {{")
    return {
        found["name"]: found["words"] or ""
        for found in ENTRY.finditer(source[start : source.index("\n}", start) + 1])
    }


def _entries(setting: str) -> str:
    rows = [f"| `{name}` | {_cell(words)} |" for name, words in entries_of(setting).items()]
    return "\n".join([f"### An entry of {setting}", "", "| name | meaning |", "|---|---|", *rows])


def _command(name: str) -> str:
    return (
        "\n\n".join(commands.sections("limiter", name)).replace("\n### ", "\n#### ").replace("## ", "### ", 1)
    )
