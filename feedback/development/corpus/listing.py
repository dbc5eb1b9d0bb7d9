"""The frozen list of the corpus, and the files themselves, which are never committed.

A file is known by its hash: wherever it lies in the source, it is found; what has changed is not taken.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LIST = ROOT / "benchmarks" / "corpus" / "list.tsv"
EXPLAINED = ROOT / "benchmarks" / "corpus" / "explained.tsv"
FOLDER = ROOT / "var" / "corpus"
KINDS = ("docx", "odt", "pdf")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the corpus: where it was public, and what it holds."""

    kind: str
    sha256: str
    repository: str
    commit: str
    path: str

    @property
    def name(self) -> str:
        return f"{self.sha256[:16]}.{self.kind}"


def listed(path: Path = LIST) -> list[Listed]:
    _, *lines = path.read_text(encoding="utf-8").splitlines()
    return [Listed(*line.split("\t")) for line in lines]


def explained(path: Path = EXPLAINED) -> dict[str, str]:
    """Why a file is read otherwise than the reference reads it, by the first letters of its hash."""
    return dict(line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines())


def gather(files: Sequence[Listed], source: Path, folder: Path) -> list[Listed]:
    """Copy the files from a source into a folder; what was found. It holds files, or clones, or both."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = {each.sha256: each for each in files if not (folder / each.name).exists()}
    for data in _contents(missing, source):
        if each := missing.pop(hashlib.sha256(data).hexdigest(), None):
            (folder / each.name).write_bytes(data)
    return [each for each in files if each.sha256 not in missing]


def _contents(missing: dict[str, Listed], source: Path) -> Iterator[bytes]:
    """What may be a missing file: from clones that are named owner+name, then from files of these kinds."""
    for each in list(missing.values()):
        clone = source / each.repository.replace("/", "+")
        for inner in (clone, clone / ".git", clone / "repo", clone / "repo" / ".git"):
            if (inner / "objects").is_dir():
                yield _blob(inner, each)
                break
    for path in sorted(source.rglob("*")):
        if missing and path.suffix.lower().lstrip(".") in KINDS and path.is_file():
            yield path.read_bytes()


def clone(files: Sequence[Listed], source: Path) -> None:
    """Get the public repositories of the list into a source, each at the one commit."""
    source.mkdir(parents=True, exist_ok=True)
    for repository, commit in sorted({(each.repository, each.commit) for each in files}):
        folder = source / repository.replace("/", "+")
        if not folder.exists():
            _git(None, "init", "--quiet", "--bare", str(folder))
            origin = f"https://github.com/{repository}"
            _git(folder, "fetch", "--quiet", "--depth=1", origin, commit)


def _blob(folder: Path, each: Listed) -> bytes:
    return _git(folder, "cat-file", "blob", f"{each.commit}:{each.path}")


def _git(folder: Path | None, *arguments: str) -> bytes:
    where = ["--git-dir", str(folder)] if folder else []
    command = ["git", *where, *arguments]
    return subprocess.run(command, capture_output=True, timeout=1800).stdout  # noqa: S603 - of our own list
