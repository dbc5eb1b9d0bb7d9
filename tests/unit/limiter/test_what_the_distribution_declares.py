"""pyproject.toml declares what limiter imports, and a second owner of its folder is noticed."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from limiter.checks import DISTRIBUTION, owners_in

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = {
    "django": "django",
    "django_rq": "django",
    "rq": "django",
    "uuid_utils": "django",
    "unfold": "admin",
    "rich": "cli",
    "typer": "cli",
    "django_typer": "cli",
    "prometheus_client": "metrics",
    "hypothesis": "conformance",
    "pytest": "conformance",
}
OF_DJANGO = {"asgiref"}
WHERE_IT_IS_USED = {"psycopg"}  # of PostgreSQL: a project brings its database's driver


def declared(requirements: list[str]) -> set[str]:
    names = {re.split(r"[<>=\[]", each)[0].strip() for each in requirements}
    return {{"django-unfold": "unfold"}.get(name, name).replace("-", "_") for name in names}


def imported() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "limiter").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"limiter"}:
                yield path.relative_to(ROOT), name


def test_each_import_is_a_dependency_or_belongs_to_an_extra() -> None:
    core = declared(PROJECT["dependencies"]) | OF_DJANGO | WHERE_IT_IS_USED
    for path, name in imported():
        extra = PROJECT["optional-dependencies"].get(EXTRAS.get(name, ""), [])
        assert name in core | declared(extra), f"{path} imports {name}, which pyproject.toml does not declare"
    assert declared(PROJECT["dependencies"]) <= {name for _, name in imported()}


def test_another_distribution_in_the_same_folder_is_named(tmp_path: Path) -> None:
    for name, files in (
        (f"{DISTRIBUTION}-0.1.0", "limiter/__init__.py,sha256=x,1\n"),
        ("limiter-0.5.0", "limiter/__init__.py,sha256=y,1\nlimiter/limiter.py,sha256=z,1\n"),
        ("rate_limiter-1.0", "rate/limiter/__init__.py,sha256=y,1\n"),
    ):
        (tmp_path / f"{name}.dist-info").mkdir()
        (tmp_path / f"{name}.dist-info" / "RECORD").write_text(files)
    assert owners_in(tmp_path) == ["limiter", DISTRIBUTION]
