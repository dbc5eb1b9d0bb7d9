"""The processors of log lines: what a line holds, and what it must not.

Lines carry ids (request, user, job, document, lease, upstream, trace) and never what a student or a model
wrote. Errors are the way such words get out: Postgres quotes the failing row, pydantic the value it refused,
and a traceback ends in the message. So messages of errors are cut here, in every log line.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import structlog

from . import tracing
from .away import is_unreachable

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

QUOTED = re.compile(r"""'[^'\n]{40,}'|"[^"\n]{40,}"|“[^”\n]{40,}”""")
DETAILS = re.compile(
    r"\n?(DETAIL|CONTEXT|QUERY|LINE \d+):.*|input_value=.*?(?=, input_type=|\]|$)", re.DOTALL
)
LONGEST = 400  # characters of an error's message
SHOWN = ("timestamp", "level", "logger", "event", "exception")
IDS = ("job", "lease", "document", "trace", "user", "attempt", "stage", "upstream", "request_id")


def processors(*, with_time: bool, for_people: bool = False) -> list[Processor]:
    """What every line passes, structlog's own and those of other libraries."""
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        trace,
        shorten,
        tell_errors,
    ]
    if with_time:
        moment: dict[str, Any] = (
            {"fmt": "%H:%M:%S", "utc": False} if for_people else {"fmt": "iso", "utc": True}
        )
        chain.append(structlog.processors.TimeStamper(**moment))
    return chain


def rendered(*, as_json: bool) -> Sequence[Processor]:
    """From the event to text."""
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str) if as_json else for_people
    )
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]


def trace(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The trace that the line belongs to."""
    if found := tracing.trace_id():
        event.setdefault("trace", found)
    return event


def shorten(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Cut out what an error quoted; other words of a line are ours."""
    event["event"] = without_quotes(str(event["event"]))
    for name in ("error", "problem", "reason"):
        if name in event:
            event[name] = without_quotes(str(event[name]))
    return event


def tell_errors(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """An exception as its type, a cut message, and the places it passed: no values of variables.

    Where PostgreSQL is out of reach the places say nothing, and every request would tell them.
    """
    raised = event.pop("exc_info", None)
    error = _error(raised)
    if error is not None and is_unreachable(error):
        event["error"] = without_quotes(str(error).partition("\n")[0])
    elif error is not None:
        event["exception"] = traceback_of(error)
    return event


def traceback_of(error: BaseException) -> str:
    """The error and those behind it, the first cause first."""
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{traceback_of(behind)}\n" if behind is not None else ""
    places = "".join(
        f'  File "{place.filename}", line {place.lineno}, in {place.name}\n'
        for place in traceback.extract_tb(error.__traceback__)
    )
    return f"{before}{places}{type(error).__name__}: {without_quotes(str(error))}"


def without_quotes(words: str) -> str:
    """A message without the values that it quotes."""
    return QUOTED.sub("[…]", DETAILS.sub("", words))[:LONGEST]


def _error(raised: object) -> BaseException | None:
    if isinstance(raised, BaseException):
        return raised
    if isinstance(raised, tuple):
        return raised[1] if isinstance(raised[1], BaseException) else None
    if raised:
        return sys.exc_info()[1]
    return None


def for_people(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """A log line for people: time, level, logger, event. The ids are for searching, and go to programs."""
    details = " ".join(f"{name}={event[name]}" for name in event if name not in (*SHOWN, *IDS))
    line = f"{str(event.get('level', '')).upper():7} {event.get('logger', '')}: {event['event']}"
    parts = [f"{event.get('timestamp', '')} {line}".lstrip(), details]
    return " ".join(filter(None, parts)) + (f"\n{event['exception']}" if "exception" in event else "")
