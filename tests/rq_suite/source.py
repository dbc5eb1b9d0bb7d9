"""rq's tests: they are in its source distribution only, so that is fetched once and kept under var/."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

from rq.version import VERSION

CACHE = Path(__file__).parents[2] / "var" / "rq-suite"


def source_folder() -> Path:
    """The unpacked source of the rq that is installed; its tests are in the package `tests`."""
    folder = CACHE / f"rq-{VERSION}"
    if not (folder / "tests").is_dir():
        _fetch()
    return folder


def _fetch() -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", "rq", "--dest", str(CACHE), f"rq=={VERSION}"),
        ],
        check=True,
    )
    with tarfile.open(CACHE / f"rq-{VERSION}.tar.gz") as archive:
        archive.extractall(CACHE, filter="data")
