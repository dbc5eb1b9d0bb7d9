"""A row for each Python of this machine: does set-up work with it, do the unit tests, does the main job?

    make pythons                    # those on the PATH, and pyenv's
    make pythons ONLY="3.12 3.13"   # of these versions alone

Each has an environment of its own in .venv-pythons, with the output of its steps beside it. Set-up takes
wheels alone, so that no compiler is used. The main job is what `make run` does: start, hand in documents, get
feedback, show it, stop. The exit status is 1 where a step fails; a Python that is not there is no failure.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-pythons"
OLDEST = (3, 11)
KNOWN = ("3.11", "3.12", "3.13", "3.14")  # a version that is not there has a row too
SECONDS = 3600  # the longest that a step may take
VERSION = "import platform; print(platform.python_version())"
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not long")
ROAD = "tests/integration/platform/test_make_run_shows_the_whole_road.py"
STEPS = {
    "unit tests": (*PYTEST, "tests/unit"),
    "main job": (*PYTEST, f"{ROAD}::test_from_nothing_to_feedback_and_back_to_nothing"),
}
HEADS = ("Python", "set-up", *STEPS)
SUMMARY = re.compile(r"^(?:\d+ \w+, )*\d+ \w+ in [\d.]+s", re.MULTILINE)
FAILS = "fails: "


def main(only: list[str]) -> int:
    failed = False
    found = dict(reversed([*pythons()]))  # the first of a version wins
    found = dict(sorted(found.items(), key=lambda each: _parts(each[0])))
    print_row(*HEADS)
    for version, python in found.items():
        if not only or any(f"{version}.".startswith(f"{each}.") for each in only):
            cells = row(version, python)
            failed |= any(cell.startswith(FAILS) for cell in cells)
            print_row(version, *cells)
    for version in only or KNOWN:
        if not any(f"{each}.".startswith(f"{version}.") for each in found):
            print_row(version, *["not on this machine"] * (len(HEADS) - 1))
    return int(failed)


def pythons() -> Iterator[tuple[str, Path]]:
    """Each version with its program; of two with one version, one is enough."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    folders = [*sorted(pyenv.glob("*/bin")), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    for folder in folders:
        for python in sorted(folder.glob("python3*")):
            if re.fullmatch(r"python3(\.\d+)?", python.name) and (version := _version(python)):
                yield version, python


def _version(python: Path) -> str:
    """Nothing where it does not run: pyenv leaves a name for each version that it could install."""
    try:
        asked = subprocess.run(  # noqa: S603 - a Python of this machine
            [python, "-c", VERSION], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def row(version: str, python: Path) -> list[str]:
    """The cells of a Python: what each step printed, or why it was not taken."""
    if _parts(version) < OLDEST:
        return ["older than 3.11"] * (len(HEADS) - 1)
    set_up = _set_up(version, python)
    if set_up.startswith(FAILS):
        return [set_up, *["not set up"] * len(STEPS)]
    return [set_up, *(_step(version, name, command) for name, command in STEPS.items())]


def _set_up(version: str, python: Path) -> str:
    venv = f"{FOLDER.name}/{version}"
    command = ["make", "--no-print-directory", f"PYTHON={python}", f"VENV={venv}", f"{venv}/installed-dev"]
    output, status = _run(version, "set-up", command, PIP_ONLY_BINARY=":all:")
    missing = re.search(r"No matching distribution found for (\S+)", output)
    if status == 0:
        return "from wheels"
    return f"{FAILS}no wheel of {missing[1]}" if missing else FAILS + _last(output)


def _step(version: str, name: str, command: tuple[str, ...]) -> str:
    output, status = _run(version, name, [str(FOLDER / version / "bin" / "python"), *command])
    summary = SUMMARY.findall(output)
    words = summary[-1] if summary else _last(output)
    return words if status == 0 else FAILS + words


def _run(version: str, name: str, command: list[str], **more: str) -> tuple[str, int]:
    """What a step printed, which is kept in a file, and its exit status."""
    FOLDER.mkdir(exist_ok=True)
    log = FOLDER / f"{version}-{name.replace(' ', '-')}.log"
    with log.open("w", encoding="utf-8") as output:
        try:
            ended = subprocess.run(  # noqa: S603 - our own commands
                command, cwd=ROOT, env={**os.environ, **more}, stdout=output, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"no end within {SECONDS} s", 1
    return log.read_text(encoding="utf-8", errors="replace"), ended.returncode


def _last(output: str) -> str:
    return (output.strip().splitlines() or ["no output"])[-1][:80]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def print_row(*cells: str) -> None:
    widths = (8, 20, 36, 0)
    line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
