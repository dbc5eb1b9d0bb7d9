from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions

from ..gate.model import GateError, GateUnavailable, SchemaTooNew
from ..gate.refusals import is_away

TOO_OLD = "Redis 7 or newer, or Valkey, is needed: this server knows no functions"


@contextmanager
def translated() -> Iterator[None]:
    """One error for a server that can't be reached or can't write, one for keys of a newer release."""
    try:
        yield
    except exceptions.RedisError as error:
        raise _translation(error) from error


def _translation(error: exceptions.RedisError) -> GateError:
    words = str(error)
    if "GATE_SCHEMA" in words:
        return SchemaTooNew(words)
    if is_away(error):
        return GateUnavailable(words)
    if "unknown command" in words.lower() and "fcall" in words.lower():
        return GateError(TOO_OLD)
    return GateError(words)
