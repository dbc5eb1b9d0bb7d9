"""The table of wheels: for which Python and machine each pinned package has one.

    python .ci/wheels.py           # asks the package index, and writes requirements/wheels.md
    python .ci/wheels.py --check   # compares pins and table, offline

`make requirements` runs the first. It asks by way of pip-tools, so pip's own configuration names the index.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "requirements" / "wheels.md"
# Each list with what is run from it. A pin counts to the first list that has it.
LISTS = {
    "base": "`make run`",
    "dev": "`make test`",
    "production": "a deployment",
    "loadtest": "`make loadtest-tools`",
    "foreign": "the tests with other people's clients",
}
PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
MACHINES = {"x86-64": "x86_64", "aarch64": "aarch64"}
GLIBC = 28  # of Debian 10, RHEL 8 and whatever is newer: 2.28
ANY, BOTH, NONE = "any", "both", "-"
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)$", re.MULTILINE)
ROW = re.compile(r"^\| ([a-z0-9._-]+)==(\S+) \| (\w+) \| (.+) \|$", re.MULTILINE)

AS_DATA = {"Accept": "application/vnd.pypi.simple.v1+json"}

HEAD = f"""# Wheels

For which Python each pin has a wheel on Linux with glibc 2.{GLIBC} or newer: for `any` machine, for `both`
x86-64 and aarch64, for one of them, or for none (`-`). `make requirements` writes it, and a test compares it
with the lists.
"""


class File(NamedTuple):
    """A file of a pin in the package index."""

    name: str
    requires_python: str = ""

    @property
    def is_wheel(self) -> bool:
        return self.name.endswith(".whl")


def pins() -> dict[str, str]:
    """Each pin of requirements/*.txt, with the first list that has it."""
    found: dict[str, str] = {}
    for name in LISTS:
        for package, version in PIN.findall((TABLE.parent / f"{name}.txt").read_text(encoding="utf-8")):
            found.setdefault(f"{package}=={version}", name)
    return dict(sorted(found.items()))


def rows() -> dict[str, str]:
    """The same, as the table has it."""
    text = TABLE.read_text(encoding="utf-8")
    return {f"{package}=={version}": name for package, version, name, _cells in ROW.findall(text)}


def differences() -> list[str]:
    wanted, found = pins().items(), rows().items()
    return [f"{pin} of {name}.txt is in no row" for pin, name in sorted(wanted - found)] + [
        f"{pin} has a row and is not in {name}.txt" for pin, name in sorted(found - wanted)
    ]


def page(found: Mapping[str, list[File]]) -> str:
    """The table from the files that the index has of each pin."""
    lists, cells = pins(), {}
    gaps: dict[tuple[str, str, str], list[str]] = {}
    for pin, files in found.items():
        cells[pin] = tuple(_cell(files, python) for python in PYTHONS)
        if where := _where_none(cells[pin]):
            gaps.setdefault((where, _source(files), lists[pin]), []).append(pin)
    heads = " | ".join(f"{major}.{minor}" for major, minor in PYTHONS)
    table = [f"| pin | list | {heads} |", "|---" * (2 + len(PYTHONS)) + "|"]
    table += [f"| {pin} | {lists[pin]} | {' | '.join(row)} |" for pin, row in cells.items()]
    return "\n".join([HEAD, "## Without a wheel", "", *_listed(gaps), "", "## All pins", "", *table, ""])


def _listed(gaps: Mapping[tuple[str, str, str], list[str]]) -> list[str]:
    if not gaps:
        return ["None."]
    lines = ["| pins | without a wheel for | what follows |", "|---|---|---|"]
    for (where, source, name), found in gaps.items():
        lines.append(f"| {', '.join(found)} | {where} | {LISTS[name]}: {source} |")
    return lines


def _where_none(cells: tuple[str, ...]) -> str:
    missing = []
    for (major, minor), cell in zip(PYTHONS, cells, strict=True):
        if cell not in (ANY, BOTH):
            lacking = [machine for machine in MACHINES if machine != cell]
            missing.append(f"{major}.{minor}" + (f" on {lacking[0]}" if len(lacking) == 1 else ""))
    return ", ".join(missing)


def _source(files: list[File]) -> str:
    if any(not file.is_wheel for file in files):
        return "pip builds it from its source, which may need a compiler"
    return "it can't be installed there"


def _cell(files: list[File], python: tuple[int, int]) -> str:
    wheels = [_tags(file) for file in files if file.is_wheel and _allows(file, python)]
    if any(_fits(tags, python, "any") for tags in wheels):
        return ANY
    fitting = [
        name for name, machine in MACHINES.items() if any(_fits(tags, python, machine) for tags in wheels)
    ]
    return BOTH if len(fitting) == len(MACHINES) else (fitting or [NONE])[0]


def _allows(file: File, python: tuple[int, int]) -> bool:
    return SpecifierSet(file.requires_python or "").contains(f"{python[0]}.{python[1]}.5")


def _tags(file: File) -> frozenset[Tag]:
    return parse_wheel_filename(file.name)[3]


def _fits(tags: frozenset[Tag], python: tuple[int, int], machine: str) -> bool:
    return not tags.isdisjoint(_known(python, machine))


@cache
def _known(python: tuple[int, int], machine: str) -> frozenset[Tag]:
    """The tags of wheels that this Python takes there."""
    platforms = ["any"] if machine == "any" else [
        *(f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC, 4, -1)),
        *(f"{old}_{machine}" for old in ("manylinux2014", "manylinux2010", "manylinux1", "linux")),
    ]  # fmt: skip
    interpreter = f"cp{python[0]}{python[1]}"
    return frozenset(
        [*cpython_tags(python, platforms=platforms), *compatible_tags(python, interpreter, platforms)]
    )


def files_in_the_index() -> dict[str, list[File]]:
    """The files that the index has of each pin (PEP 691)."""
    from piptools.repositories import PyPIRepository

    found = {}
    with TemporaryDirectory() as cache:
        pip = PyPIRepository(["--quiet"], cache_dir=cache)
        for pin in pins():
            package, _, version = pin.partition("==")
            address = f"{pip.options.index_url.rstrip('/')}/{package}/"
            answer = pip.session.get(address, headers=AS_DATA, timeout=60)
            answer.raise_for_status()
            found[pin] = [
                File(each["filename"], each.get("requires-python") or "")
                for each in answer.json()["files"]
                if version in each["filename"] and _version_of(each["filename"]) == version
            ]
    return found


def _version_of(filename: str) -> str:
    """The version in a file's name; nothing where the name is of an old form."""
    try:
        if filename.endswith(".whl"):
            return str(parse_wheel_filename(filename)[1])
        return str(parse_sdist_filename(filename)[1])
    except (InvalidSdistFilename, InvalidWheelFilename, InvalidVersion):
        return ""


def main() -> int:
    if "--check" not in sys.argv:
        TABLE.write_text(page(files_in_the_index()), encoding="utf-8")
    wrong = differences()
    for line in wrong:
        sys.stdout.write(f"requirements/wheels.md: {line}. `make requirements` writes it anew.\n")
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main())
