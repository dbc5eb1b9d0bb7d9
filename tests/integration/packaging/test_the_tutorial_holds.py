"""The tutorial, and the pages that go on with its project, carried out command by command in an empty folder,
from the installed wheel alone."""

from __future__ import annotations

import os
import re
from itertools import chain
from pathlib import Path

import pytest

from .environments import NEEDS_WHEELS, ROOT, WHEELHOUSE, pip, run
from .walk import script_of, steps_of

PAGES = [ROOT / "docs" / "limiter" / f"{name}.md" for name in ("tutorial", "how-to", "moving")]

PATIENCE = 3000  # seconds, for some forty processes on a machine that may be busy

pytestmark = [pytest.mark.long, NEEDS_WHEELS]


@pytest.mark.timeout(PATIENCE)
def test_each_command_answers_what_its_page_says(tmp_path: Path, redis_client: object) -> None:
    dist, folder, kept = (tmp_path / name for name in ("dist", "folder", "kept"))
    folder.mkdir()
    kept.mkdir()
    pip("wheel", "--no-deps", "--wheel-dir", dist, ROOT, cwd=tmp_path)
    script, commands = script_of(chain.from_iterable(map(steps_of, PAGES)), kept)
    assert len(commands) > 20
    surroundings = {
        "REDIS_URL": os.environ["REDIS_URL"],
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": f"{WHEELHOUSE} {dist}",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    run("bash", "-c", script, cwd=folder, env=surroundings, seconds=PATIENCE)
    said = [(kept / f"{number}.said").read_text("utf-8") for number in range(len(commands))]
    wrong = [
        (command, heard) for command, heard in zip(commands, said, strict=True) if not command.answered(heard)
    ]
    assert wrong == []
    shares = {
        name: int(count)
        for command, heard in zip(commands, said, strict=True)
        if "uniq" in command.line
        for count, name in re.findall(r"(\d+) (\w+)", heard)
    }
    assert shares["gold"] > shares["silver"] > shares["bronze"] >= 3, shares


@pytest.mark.parametrize(
    ("page", "heard", "is_right"),
    [
        ("a 3.5 of 4", "a 12 of 7", True),
        ("as ... set it", "as ada set it", True),
        ("Nothing changes.", "Something changes.", False),
        ("one\ntwo", "one", False),
    ],
)
def test_figures_may_differ_and_words_may_not(page: str, heard: str, is_right: bool) -> None:
    from .walk import Command

    assert Command("true", page.splitlines()).answered(heard) is is_right
