"""The corpus's measure: what is lost or invented counts, what is declared counts apart."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.development.corpus.comparing import Compared, compared
from feedback.development.corpus.listing import Listed, explained, gather, listed
from feedback.development.corpus.references import Reference
from feedback.development.corpus.table import failing, markdown
from feedback.documents import Parsed, messages
from feedback.messages.model import message

TEXT = "The harbour was dredged in three stages, and each stage changed the tide that the fishermen knew."
PAGES = "".join(
    f"Report of the harbour, page {number}\n\n{TEXT} It is {number * 11}.\n\f" for number in range(4)
)


def of(text: str, reference: str, *, kind: str = "pdf", equations: str = "", unseen: int = 0) -> Compared:
    warnings = (message(messages.UNSEEN, number=unseen),) if unseen else ()
    parsed = Parsed(text, (), 0, warnings)
    return compared(Path(f"x.{kind}"), parsed, Reference(reference, equations))


@pytest.mark.parametrize(
    "text", [TEXT.replace("the tide that ", ""), TEXT.replace("harbour", "h a r b o u r")]
)
def test_what_is_lost_or_cut_to_pieces_is_no_likeness(text: str) -> None:
    assert not of(text, TEXT).is_alike


def test_what_is_invented_is_no_likeness() -> None:
    assert of(TEXT + " Nobody asked them for it.", TEXT).precision < 0.9


def test_heads_and_numbers_of_pages_are_declared() -> None:
    body = " ".join(f"{TEXT} It is {number * 11}." for number in range(4))
    result = of(body, PAGES)
    assert result.is_alike
    assert result.declared["heads, feet, page and line numbers"] == 4 * 6


def test_a_hyphen_at_a_lines_end_is_no_other_word() -> None:
    assert of(TEXT.replace("fishermen", "fisher-men"), TEXT).recall == 1


def test_words_that_the_report_names_as_not_read_are_no_loss() -> None:
    assert of(TEXT, f"{TEXT} secret words here", unseen=3).recall == 1
    assert of(TEXT, f"{TEXT} secret words here", unseen=2).recall < 1


def test_a_file_is_known_by_its_hash_wherever_it_lies(tmp_path: Path) -> None:
    clone = tmp_path / "source" / "some+where"
    clone.mkdir(parents=True)
    (clone / "essay.odt").write_bytes(b"one")
    (tmp_path / "source" / "another name.pdf").write_bytes(b"two")
    files = [
        Listed(kind, hashlib.sha256(data).hexdigest(), "some/where", "0" * 40, "essay.odt")
        for kind, data in (("odt", b"one"), ("pdf", b"two"), ("pdf", b"three"))
    ]
    found = gather(files, tmp_path / "source", tmp_path / "copies")
    assert found == files[:2]
    assert (tmp_path / "copies" / files[1].name).read_bytes() == b"two"


def test_a_file_is_taken_from_a_clone_at_its_commit(tmp_path: Path) -> None:
    clone = tmp_path / "some+where"
    git = ["git", "-C", str(clone), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "init", "--quiet", str(clone)], check=True)
    (clone / "essay.odt").write_bytes(b"one")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "a"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    (clone / "essay.odt").unlink()
    listed_file = Listed("odt", hashlib.sha256(b"one").hexdigest(), "some/where", commit.strip(), "essay.odt")
    assert gather([listed_file], tmp_path, tmp_path / "copies") == [listed_file]
    changed = replace(listed_file, sha256="f" * 64)
    assert gather([changed], tmp_path, tmp_path / "copies") == []


def test_a_kind_below_its_aim_is_named_and_each_miss_has_its_reason() -> None:
    good, bad = (Listed("pdf", letter * 64, "a/b", "0" * 40, "x.pdf") for letter in "ab")
    results = [(good, of(TEXT, TEXT)), (bad, Compared(error="garbled"))]
    assert failing(results) == ["pdf: 50.0% of the files are alike, the aim is 80%"]
    assert "| `bbbbbbbb` .pdf | refused | refused | a map |" in markdown(results, {"b" * 8: "a map"})


def test_the_list_is_frozen_whole_and_its_reasons_are_of_its_files() -> None:
    files = listed()
    assert len({each.sha256 for each in files}) == len(files) >= 300
    assert set(explained()) <= {each.sha256[:8] for each in files}
