"""Spelling and grammar come from a child process, and feedback says where they were not checked."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback.providers.base import SectionRequest, SummaryRequest
from feedback.providers.offline.mechanics import child, client
from feedback.providers.offline.reading.prose import Prose

from .offline_reading import noticed, review, review_text

NOT = "Spelling and grammar are not checked."
TEXT = "The goverment was late, and he have no idea what the others would say about it."


@pytest.fixture
def own_child(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of this test's own, so that no other test meets what is done to its child.

    Its path is short, as that of a socket must be: a path of pytest's is too long beside others.
    """
    with tempfile.TemporaryDirectory(prefix="child-") as own:
        monkeypatch.setattr("tempfile.tempdir", own)
        yield client.folder()
        for pid in _pids(Path(own)):
            os.kill(int(pid), signal.SIGKILL)


def test_what_was_checked_is_stated() -> None:
    assert NOT not in review_text(TEXT).summary
    assert (
        "Grammatik wird nicht geprüft"
        in review_text("Das ist nicht der Ort, an dem ich mit dir war.").summary
    )
    assert NOT in review_text("Ceci est une phrase que nous avons écrite dans la maison de la ville.").summary


def test_a_host_without_the_engine_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "find_spec", lambda name: None)

    assert NOT in review_text(TEXT).summary
    assert NOT in review(SummaryRequest("Any", (("One", TEXT),), ())).summary


@pytest.mark.usefixtures("own_child")
def test_a_child_that_is_behind_is_gone_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.000_001)

    assert NOT in review_text(TEXT).summary


def test_a_child_that_was_killed_is_started_anew(own_child: Path) -> None:
    assert client.check([TEXT], "en")
    pid = next(int(line) for line in _pids(own_child))
    os.kill(pid, signal.SIGKILL)

    assert client.check([TEXT], "en")


def test_a_child_without_questions_ends(own_child: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "IDLE_SECONDS", 0.1)
    assert client.check([TEXT], "en")
    deadline = time.monotonic() + 300

    while _pids(own_child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _pids(own_child)
    assert not (own_child / "socket").exists()


def _pids(folder: Path) -> list[str]:
    """The processes that were started for a folder."""
    found = []
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # it may end meanwhile
            if path.name.isdigit() and str(folder).encode() in (path / "cmdline").read_bytes():
                found.append(path.name)
    return found


def test_a_folder_that_others_can_read_is_not_used(own_child: Path) -> None:
    own_child.chmod(0o755)

    assert client.check([TEXT], "en") is None


def test_what_is_over_its_time_is_left_out_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "SECONDS", -1.0)

    assert child.answer([TEXT], "en") == {"slips": [], "whole": False}


def test_a_sentence_without_an_end_is_left_out_with_a_note() -> None:
    text = TEXT + " " + "and so on " * 400
    found = Prose(text).mechanics

    assert not found.whole
    assert found.slips == () or all(slip.end < len(TEXT) for slip in found.slips)


def test_three_places_make_one_remark_and_a_section_has_at_most_three() -> None:
    words = "goverment definately recieved begining untill tommorow seperate occured wich thier beleive wierd"
    text = " ".join(f"We saw it {word} again." for word in words.split())
    remarks = noticed("spelling", text)
    comments = review_text(text).comments

    assert [remark.count for remark in remarks] == [3, 3, 3]
    assert 1 <= sum(comment.kind == "language" for comment in comments) <= 3
    assert "“government” for “goverment”" in remarks[0].suggestion


def test_a_section_has_at_most_five_remarks() -> None:
    text = (
        TEXT + " Studies show that all students lie. Many people think so. Obviously, it is bad.\n\n"
    ) * 12

    assert len(review(SectionRequest(text)).comments) <= 5
