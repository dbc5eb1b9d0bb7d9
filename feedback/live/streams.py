"""The bus on Redis Streams: one capped, expiring stream for each document."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from limiter.base.addresses import connected
from limiter.named.stores.quick import quick

from .entries import CAP, EXPIRE_SECONDS, Entry, dumps

logger = logging.getLogger(__name__)

SECONDS = 2.0  # for an answer, which nothing depends on


def key_of(document: str) -> str:
    return f"live:{document}"


def entry_of(raw: Any) -> Entry:
    """An entry as redis-py replies it: (id, fields), in bytes."""
    key, fields = raw
    return Entry(key.decode(), fields[b"event"].decode(), json.loads(fields[b"data"]))


def entries_of(raws: Iterable[Any]) -> Iterator[Entry]:
    """All that can be read: one that is odd must not keep what comes after it from every page."""
    for raw in raws:
        try:
            yield entry_of(raw)
        except Exception as error:
            logger.warning("an entry of the live log can't be read and is left out: %r", error)


class StreamBus:
    def __init__(self, url: str) -> None:
        # Neither a page nor a call that is being written waits for it: each goes on without.
        self._redis = quick(connected(url), SECONDS)

    def append(self, document: str, event: str, data: Mapping[str, Any]) -> None:
        key = key_of(document)
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.xadd(key, {"event": event, "data": dumps(data)}, maxlen=CAP, approximate=True)
            pipe.expire(key, EXPIRE_SECONDS)
            pipe.execute()

    def note(self, document: str, text: str) -> None:
        self._redis.set(f"{key_of(document)}:note", text, ex=EXPIRE_SECONDS)

    def noted(self, document: str) -> str:
        raw: Any = self._redis.get(f"{key_of(document)}:note")
        return raw.decode() if raw else ""

    def forget(self, document: str) -> None:
        self._redis.delete(key_of(document), f"{key_of(document)}:note")

    def entries(self, document: str) -> Sequence[Entry]:
        return list(entries_of(self._redis.xrange(key_of(document)) or ()))
