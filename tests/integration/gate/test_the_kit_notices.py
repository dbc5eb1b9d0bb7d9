"""A backend with a mistake does not pass the kit, run as somebody else would run it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLUGINS = ("-p", "limiter.conformance.plugin", "-p", "quick")  # the first by itself where it is installed
OPTIONS = ("-q", "-c", "/dev/null", "-p", "no:cacheprovider", "-p", "no:django", *PLUGINS)
MACHINE, RACE = "test_it_answers_as_the_reference[everything]", "test_the_limits_hold_in_a_race_with_kills"
QUICK = """
from hypothesis import Phase, settings

settings.register_profile("quick", max_examples=400, database=None, phases=[Phase.generate])
"""


def kit(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "quick.py").write_text(QUICK)
    command = [sys.executable, "-m", "pytest", *OPTIONS, "--hypothesis-profile=quick", *options]
    return subprocess.run(
        [*command, "--pyargs", "limiter.conformance"], cwd=folder, env={"PYTHONPATH": f"{ROOT}:{folder}"},
        text=True, capture_output=True, check=False, timeout=500,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ("one_more", {MACHINE, RACE}),
        ("forgetful", {MACHINE, RACE}),
        ("unfair", {MACHINE}),
        ("twice", {MACHINE, RACE}),
    ],
)
def test_a_mistake_is_noticed(backend: str, expected: set[str], tmp_path: Path) -> None:
    ended = kit(
        tmp_path, "-k", "everything or race", f"--gate-backend=tests.integration.gate.broken:{backend}"
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert set(re.findall(r"^FAILED \S+::(\S+)", ended.stdout, re.MULTILINE)) == expected


def test_without_a_backend_it_says_how_to_give_one(tmp_path: Path) -> None:
    assert "--gate-backend=MODULE:NAME" in kit(tmp_path).stdout
