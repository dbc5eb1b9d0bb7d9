"""rq's tests: they are in its source distribution only, so that is fetched once and kept under var/."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import rq

CACHE = Path(__file__).parents[2] / "var" / "rq-suite"


def tests_folder() -> Path:
    """The folder that holds rq's `tests` package, for the version that is installed."""
    folder = CACHE / f"rq-{rq.__version__}" if hasattr(rq, "__version__") else CACHE / f"rq-{_version()}"
    if not (folder / "tests").is_dir():
        _fetch(_version())
    return folder


def _version() -> str:
    from rq.version import VERSION

    return VERSION


def _fetch(version: str) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
         "--no-build-isolation", "--dest", str(CACHE), f"rq=={version}"],
        check=True,
    )  # fmt: skip
    with tarfile.open(CACHE / f"rq-{version}.tar.gz") as archive:
        archive.extractall(CACHE, filter="data")
