"""The wheelhouse: wheels of all that the distribution needs, for an installation without a package index.

    python .ci/wheelhouse.py        # fills .wheelhouse; `make wheelhouse` does it where a list has changed

What pyproject.toml declares, its extras and its build backend, in the versions of requirements/dev.txt, and
the driver of PostgreSQL; and the same for each cell (cells.py) whose Python this machine has.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from cells import cells, declared

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".wheelhouse"
DRIVER = "psycopg[binary]"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


SERVED = ("", "django", "admin", "cli")  # of the extras, what a cell opens


def wanted() -> list[str]:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    needs = {each for extra in declared().values() for each in extra}
    return [*build, *sorted(needs), DRIVER]


def served() -> list[str]:
    return sorted({each for extra in SERVED for each in declared()[extra]})


def download(what: Sequence[str], *options: str, python: Path | None = None) -> bool:
    """False: pip could not, and said why."""
    under = ["--python", str(python)] if python else []
    command = [*PIP, *under, "download", "--only-binary", ":all:", "--dest", str(FOLDER), *options, *what]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own


def main() -> int:
    done = [download(wanted(), "--constraint", str(ROOT / "requirements" / "dev.txt"))]
    for cell in cells():
        python = cell.interpreter()
        if python is not None:
            done.append(download([*served(), *cell.packages], python=python))
    return int(not all(done))


if __name__ == "__main__":
    sys.exit(main())
