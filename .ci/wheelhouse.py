"""The wheelhouse: wheels of all that the distribution needs, for an installation without a package index.

    python .ci/wheelhouse.py        # fills .wheelhouse; `make wheelhouse` does it where a list has changed

What pyproject.toml declares, its extras and its build backend, in the versions of requirements/dev.txt, and
the driver of PostgreSQL.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".wheelhouse"
DRIVER = "psycopg[binary]"


def wanted() -> list[str]:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = declared["project"]
    own = project["name"]
    extras = {each for extra in project["optional-dependencies"].values() for each in extra}
    extras = {each for each in extras if not each.startswith(f"{own}[")}
    return [*declared["build-system"]["requires"], *project["dependencies"], *sorted(extras), DRIVER]


def main() -> int:
    pins = ROOT / "requirements" / "dev.txt"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--only-binary", ":all:", "--constraint", str(pins), "--dest", str(FOLDER)]
    return subprocess.run([*command, *options, *wanted()], check=False).returncode  # noqa: S603 - our own


if __name__ == "__main__":
    sys.exit(main())
