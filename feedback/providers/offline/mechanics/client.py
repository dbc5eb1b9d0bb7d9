"""Asking the child: one question for a text, with a bound on every wait. Where it has no answer, None."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from .slip import Slip, SlipKind

START_SECONDS = 60.0  # for the child to listen, on a busy host
ANSWER_SECONDS = 60.0  # in line behind others, load and check
IDLE_SECONDS = 120.0  # after the last question the child ends
AGAIN_SECONDS = 60.0  # after a child that did not start, the next is tried
LANGUAGES = ("en", "de")
ROOT = Path(__file__).resolve().parents[4]

_not_before = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The slips of each paragraph that was looked at, in order."""

    paragraphs: tuple[tuple[Slip, ...], ...]
    whole: bool  # False: some paragraphs were not looked at


def check(paragraphs: Sequence[str], language: str) -> Answer | None:
    """Each paragraph on one line. None: there is no engine for this language here, or it is behind."""
    if not paragraphs:
        return Answer((), whole=True)
    if not installed(language):
        return None
    question = json.dumps({"paragraphs": list(paragraphs), "language": language}).encode() + b"\n"
    try:
        return _read(_asked(question))
    except (OSError, ValueError, KeyError, subprocess.SubprocessError):
        return None


def installed(language: str) -> bool:
    """Whether this host has what the language needs: the engine has no wheel on some machines."""
    needed = {"en": ("harper", "spellchecker"), "de": ("spellchecker",)}.get(language, ())
    return bool(needed) and all(find_spec(name) is not None for name in needed)


def folder() -> Path:
    """Where lock and socket are, open to this user alone."""
    path = Path(tempfile.gettempdir()) / f"marginalia-language-{os.getuid()}-{_version()}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{path} is not this user's alone")
    return path


@cache
def _version() -> str:
    """A digest of the child's code: after an upgrade the old child answers nobody and ends."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.sha256(sys.executable.encode() + code).hexdigest()[:12]


def _asked(question: bytes) -> bytes:
    """The child's answer. Only a child that is not there is started: one that is behind is left alone."""
    address = str(folder() / "socket")
    try:
        return _exchange(address, question)
    except (FileNotFoundError, ConnectionError, EOFError):
        _start()
        return _exchange(address, question)


def _exchange(address: str, question: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(address)
        connection.sendall(question)
        with connection.makefile("rb") as answers:
            line = answers.readline()
    if not line.endswith(b"\n"):
        raise ConnectionResetError("the child ended before its answer")
    return line


def _start() -> None:
    global _not_before
    if time.monotonic() < _not_before:
        raise TimeoutError("no child could be started a moment ago")
    _not_before = time.monotonic() + AGAIN_SECONDS
    command = [sys.executable, "-m", f"{__package__}.child", str(folder()), str(IDLE_SECONDS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(  # noqa: S603 (our own module)
        command,
        check=True,
        timeout=START_SECONDS,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _not_before = 0.0


def _read(line: bytes) -> Answer:
    answer = json.loads(line)
    return Answer(
        tuple(
            tuple(Slip(SlipKind(s["kind"]), s["rule"], s["start"], s["end"], s["correction"]) for s in slips)
            for slips in answer["slips"]
        ),
        whole=answer["whole"],
    )
