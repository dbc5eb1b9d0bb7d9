"""parse: one document in, normalised text or one clear error out, whatever the document is."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any

from feedback.messages.model import message, message_of

from . import messages
from .characters.emphasis import Emphasis, Style
from .errors import DocumentError, Empty, Interrupted, TimedOut, TooComplex, TooLarge
from .structure.model import Heading, Limits, Parsed
from .wrong_files import refuse_by_name

ACCEPTED_SUFFIXES = (".docx", ".odt", ".pdf", ".md", ".txt")  # what a form offers and a message names

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]  # from where the child imports this package
_COMMAND = (sys.executable, "-s", "-m", "feedback.documents.child")
_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}  # no secret of ours


def parse(data: bytes, filename: str, *, limits: Limits | None = None) -> Parsed:
    """Read a document in a child process of its own; raises DocumentError and nothing else of the document's.

    Safe from any thread: the child is spawned, limits itself, leads a group of its own and is killed with it.
    """
    limits = limits or Limits()
    check_size(len(data), limits=limits)
    refuse_by_name(PurePath(filename).name)
    task = json.dumps({"suffix": _suffix(filename), "limits": asdict(limits)})
    return _conclude(_run(task, data, limits.wall_seconds))


def check_size(size: int, *, limits: Limits | None = None) -> None:
    """Refuse a file by its size in bytes, before it is read into memory; raises Empty or TooLarge."""
    limits = limits or Limits()
    if size == 0:
        raise Empty(messages.EMPTY_FILE)
    if size > limits.max_bytes:
        raise TooLarge(message(messages.FILE_TOO_LARGE, limit=round(limits.max_bytes / 2**20)))


def _suffix(filename: str) -> str:
    return PurePath(filename).suffix.lower()[:16]


def _run(task: str, data: bytes, wall_seconds: float) -> tuple[int, bytes]:
    """The child's exit status (negative: the signal that ended it) and what it wrote."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*_COMMAND, task],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=_ENVIRONMENT,
        start_new_session=True,
    )
    try:
        written, _ = child.communicate(data, timeout=wall_seconds)
    except subprocess.TimeoutExpired:
        raise TimedOut from None
    finally:
        _kill(child)
    return child.returncode, written


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child's whole group and reap it. One that has ended, and was reaped, is left alone."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def _conclude(ended: tuple[int, bytes]) -> Parsed:
    status, written = ended
    if status in {-signal.SIGXCPU, -signal.SIGALRM}:
        raise TimedOut
    try:
        reply: dict[str, Any] = json.loads(written)
    except ValueError:
        if status in {-signal.SIGKILL, -signal.SIGTERM}:
            raise Interrupted from None
        # A fault in a library.
        logger.warning("document child ended with status %d and no answer", status)
        raise TooComplex from None
    if error := reply.get("error"):
        if error["detail"]:
            logger.warning("document child failed: %s", error["detail"])
        raise DocumentError.of(error["code"], message_of(error["message"]))
    parsed = reply["parsed"]
    headings = tuple(Heading(**heading) for heading in parsed["headings"])
    warnings = tuple(message_of(warning) for warning in parsed["warnings"])
    emphasis = tuple(
        Emphasis(start, end, Style(style)) for start, end, style in map(dict.values, parsed["emphasis"])
    )
    return Parsed(parsed["text"], headings, parsed["words"], warnings, emphasis)
