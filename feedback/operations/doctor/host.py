"""This machine: Python, packages, disk."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings

from .model import Finding, fail, ok, warn

OLDEST_PYTHON = (3, 11)
PINS = Path(__file__).resolve().parents[3] / "requirements" / "base.txt"
LITTLE, TOO_LITTLE = 2.0, 0.3  # GB left
GB = 1024**3
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", re.MULTILINE)


def python() -> Iterator[Finding]:
    running = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        yield fail("python", f"Python {running}", "Run it with Python 3.11 or newer.")
    else:
        yield ok("python", f"Python {running}")


def packages() -> Iterator[Finding]:
    if not PINS.exists():
        yield ok("packages", "No list of pinned packages lies beside this installation.")
        return
    pins = _PIN.findall(PINS.read_text(encoding="utf-8"))
    others = [f"{name} {_installed(name)}, not {pin}" for name, pin in pins if _installed(name) != pin]
    if others:
        shown = "; ".join(others[:5]) + (f"; and {len(others) - 5} more" if len(others) > 5 else "")
        yield warn("packages", shown, "Install what was tested: pip install -r requirements/base.txt")
    else:
        yield ok("packages", f"{len(pins)} packages as they were tested")


def disk() -> Iterator[Finding]:
    for name, folder in _folders().items():
        free = shutil.disk_usage(folder).free / GB
        found = f"{name}: {free:.1f} GB free at {folder}"
        if free < TOO_LITTLE:
            yield fail("disk", found, "Make room now: what can't be written is lost.")
        elif free < LITTLE:
            yield warn("disk", found, "Make room: logs, metrics and uploads need some.")
        else:
            yield ok("disk", found)


def _folders() -> dict[str, Path]:
    """The data's folder, or the nearest one above it that is there."""
    data = Path(settings.VAR_DIR)
    return {"data": next(folder for folder in (data, *data.parents) if folder.exists())}


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
