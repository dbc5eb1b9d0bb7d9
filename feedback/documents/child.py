"""The child process that reads one document: `python -m feedback.documents.child`.

Its one argument is a Task as JSON, the document comes on stdin, and one JSON object goes to stdout. It limits
itself before it reads a byte, so that whatever the document does ends here.
"""

from __future__ import annotations

import gc
import json
import logging
import resource
import signal
import sys
import warnings
from dataclasses import asdict
from typing import Any

from feedback.messages.model import Message

from .errors import Corrupt, DocumentError, TooComplex
from .structure.model import Limits, Parsed

# What reading a document never needs. Python code cannot get round an audit hook.
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.remove",
    "ctypes.",
)


def main() -> None:
    """Read the task, the document, and answer."""
    task = json.loads(sys.argv[1])
    limits = Limits(**task["limits"])
    _limit_resources(limits)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    sys.stdout.write(json.dumps(answer(sys.stdin.buffer.read(limits.max_bytes), task["suffix"], limits)))


def answer(data: bytes, suffix: str, limits: Limits) -> dict[str, Any]:
    """The document or its error, as plain data."""
    code, detail = TooComplex.code, ""
    message: Message | None = None
    try:
        return {"parsed": _as_data(_read(data, suffix, limits))}
    except DocumentError as error:
        code, message = error.code, error.message
    except (
        MemoryError,
        RecursionError,
        ImportError,
    ) as error:  # the last where no memory is left to load code
        detail = type(error).__name__
    except Exception as error:
        # A reader met what its author did not think of. The place helps us, the text stays the student's.
        code, detail = Corrupt.code, f"{type(error).__name__} at {_place(error)}"
    gc.collect()  # memory ran out, perhaps: what the reader held is free only now
    return {"error": {"code": code, "message": (message or Message(code)).as_data(), "detail": detail}}


def _as_data(parsed: Parsed) -> dict[str, Any]:
    return {**asdict(parsed), "warnings": [warning.as_data() for warning in parsed.warnings]}


def _read(data: bytes, suffix: str, limits: Limits) -> Parsed:
    from .formats import prepare, read  # under the limits, as everything from here on

    prepare(data)
    sys.addaudithook(_refuse)
    return read(data, suffix, limits)


def _limit_resources(limits: Limits) -> None:
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)  # in case the parent dies and can't kill it
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise TooComplex


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


if __name__ == "__main__":
    main()
