"""Peers of the bench: programs on the PATH, asked once for all texts, with places in each text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedback.development.quality import peers
from feedback.development.quality.essays import essays

TEXTS = ["This is very bad.\n\nReally very bad.", "This is good."]


def program(folder: Path, name: str, *lines: str) -> None:
    file = folder / name
    file.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    file.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    return tmp_path


def test_a_peer_that_is_not_here_is_not_asked(path: Path) -> None:
    assert peers.installed(has_harper=False) == {}
    program(path, "write-good", "exit 0")
    assert "write-good" in peers.installed(has_harper=False)


def test_what_write_good_writes_becomes_marks_of_the_text_it_is_about(path: Path) -> None:
    program(
        path,
        "write-good",
        """echo 'x:1:8:"very" is a weasel word'""",
        """echo 'x:2:8:"good" is plain: yes'""",
    )
    (first,), (second,) = peers.installed(has_harper=False)["write-good"](TEXTS)
    assert TEXTS[0][first.start : first.end] == "very"
    assert TEXTS[1][second.start : second.end] == "good"


def test_what_proselint_writes_becomes_marks_of_the_text_it_is_about(path: Path) -> None:
    found = {"pos": [2, 9], "span": [46, 50], "replacements": None, "message": "", "check_path": "x"}
    answer = json.dumps({"result": {"file": {"diagnostics": [found]}}})
    program(path, "proselint", f"echo '{answer}'", "exit 1")
    none, (mark,) = peers.installed(has_harper=False)["proselint"](TEXTS)
    assert none == []
    assert TEXTS[1][mark.start : mark.end] == "good"


def test_a_mark_on_a_planted_flaw_counts_as_found_and_any_other_as_false(path: Path) -> None:
    essay = essays("open")[0]
    number, section = next((n, s) for n, s in enumerate(s for s in essay.sections if s.text) if s.flaws)
    flaw = section.flaws[0]
    column = len(section.text[: flaw.start])
    hit = f'x:{number + 1}:{column}:"{section.text[flaw.start : flaw.start + 3]}" is bad'
    (path / "answer").write_text(f'{hit}\nx:{number + 1}:{len(section.text) + 5}:"zzz" is bad\n')
    program(path, "write-good", f"cat {path / 'answer'}")
    asked = peers.installed(has_harper=False)["write-good"]
    figures = {each.name: each for each in peers.scores("write-good", asked, [], ["A b c d."], [essay])}
    assert figures["write-good: remarks on a planted flaw"].value == 50
    kind = "of" if flaw.kind == "language" else "beside"
    assert figures[f"write-good: planted flaws {kind} language marked"].value > 0
