"""The cells of tests/integration/packaging/cells.toml: a Python, and what is installed beside it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pythons import pythons

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "integration" / "packaging" / "cells.toml"
LOWER_END = re.compile(r"^([\w-]+)(?:\[\w+\])?>=([\d.]+)")


@dataclass(frozen=True, slots=True)
class Cell:
    python: str
    packages: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.python} {' '.join(self.packages) if len(self.packages) < 4 else 'lowest'}"

    def interpreter(self) -> Path | None:
        """Of this machine; None where it has no such Python."""
        there = (path for version, path in pythons() if version.startswith(f"{self.python}."))
        return next(there, None)


def cells() -> Iterator[Cell]:
    for each in tomllib.loads(LIST.read_text("utf-8"))["cell"]:
        yield Cell(each["python"], tuple(lowest() if each.get("lowest") else each["with"]))


def declared() -> dict[str, list[str]]:
    """What the distribution needs, by extra; by the empty name what it always needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    own = f"{project['name']}["
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return {name: [each for each in needs if not each.startswith(own)] for name, needs in extras.items()}


def lowest() -> list[str]:
    """The lower end of each range, those of the tests' own tools left out."""
    needs = [each for extra, every in declared().items() if extra != "conformance" for each in every]
    found = [LOWER_END.match(each) for each in needs]
    return sorted({f"{each[1]}=={each[2]}" for each in found if each})
