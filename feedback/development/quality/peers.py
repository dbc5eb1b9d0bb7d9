"""Other checkers of prose on the same material, where they are installed: harper, proselint, write-good.

Programs are found on the PATH and asked once for all texts, a line each. A mark on a planted flaw counts for
any flaw, of whatever kind: these programs have no kinds to be held to.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from . import jfleg
from .checkers import Harper
from .essays import Essay
from .figures import Figure, ratio
from .jfleg import Mark, Sentence

Marks = list[list[Mark]]  # for each text
Asked = Callable[[Sequence[str]], Marks]
PROGRAMS = ("proselint", "write-good")
_TIMEOUT = 600
_QUOTED = re.compile(r'^[^:]*:(\d+):(\d+):"([^"]+)" (.*)$')


def installed(*, has_harper: bool) -> dict[str, Asked]:
    """The peers that are here, by name."""
    found: dict[str, Asked] = {"harper alone": _harper} if has_harper else {}
    asked = {"proselint": _proselint, "write-good": _write_good}
    return found | {name: asked[name] for name in PROGRAMS if shutil.which(name)}


def scores(
    name: str, asked: Asked, learners: Sequence[Sentence], prose: Sequence[str], essays: Sequence[Essay]
) -> Iterator[Figure]:
    """What a peer makes of JFLEG, of edited prose and of the planted flaws."""
    if learners:
        texts = [sentence.text for sentence in learners]
        known = dict(zip(texts, asked(texts), strict=True))
        yield from jfleg.score(f"JFLEG, {name}", known.__getitem__, learners)
    disturbed = [(len(marks), len(text.split())) for text, marks in zip(prose, asked(prose), strict=True)]
    yield ratio(
        f"{name}: remarks on edited prose", disturbed,
        times=1000, higher_is_better=False, unit="in 1,000 words",
    )  # fmt: skip
    yield from _planted(name, asked, essays)


def _planted(name: str, asked: Asked, essays: Sequence[Essay]) -> Iterator[Figure]:
    sections = [section for essay in essays for section in essay.sections if section.text]
    language: list[tuple[float, float]] = []
    rest: list[tuple[float, float]] = []
    exact: list[tuple[float, float]] = []
    answers = asked([section.text for section in sections])
    for section, marks in zip(sections, answers, strict=True):
        places = [(mark.start, mark.end) for mark in marks]
        for flaw in section.flaws:
            (language if flaw.kind == "language" else rest).append((flaw.is_met_by(places), 1))
        for place in places:
            exact.append((any(flaw.is_met_by([place]) for flaw in section.flaws), 1))
    yield ratio(f"{name}: planted flaws of language marked", language)
    yield ratio(f"{name}: planted flaws beside language marked", rest)
    yield ratio(f"{name}: remarks on a planted flaw", exact)


def _harper(texts: Sequence[str]) -> Marks:
    linter = Harper()
    return [list(linter(text)) for text in texts]


def _proselint(texts: Sequence[str]) -> Marks:
    written = _run(texts, "proselint", "check", "--output-format", "json")
    found: dict[int, list[Mark]] = defaultdict(list)
    results: dict[str, Any] = json.loads(written)["result"]
    for each in (each for result in results.values() for each in result["diagnostics"]):
        line, column = each["pos"]
        start, length = column - 1, each["span"][1] - each["span"][0]
        found[line - 1].append(Mark(start, start + length, str(each["replacements"] or "")))
    return [found[number] for number in range(len(texts))]


def _write_good(texts: Sequence[str]) -> Marks:
    found: dict[int, list[Mark]] = defaultdict(list)
    for each in map(_QUOTED.match, _run(texts, "write-good", "--parse").splitlines()):
        if each:
            start = int(each[2])
            found[int(each[1]) - 1].append(Mark(start, start + len(each[3])))
    return [found[number] for number in range(len(texts))]


def _run(texts: Sequence[str], *command: str) -> str:
    """What a program says of these texts, a line each: places in a line are places in its text."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.txt"
        file.write_text("\n".join(re.sub(r"\s", " ", text) for text in texts) + "\n", encoding="utf-8")
        ended = subprocess.run(  # noqa: S603 - two known programs
            [*command, str(file)], capture_output=True, text=True, timeout=_TIMEOUT, cwd=folder
        )
    return ended.stdout
