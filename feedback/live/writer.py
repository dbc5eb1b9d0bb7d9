"""The writer of live prose: from a model's half-written JSON to text that grows on the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from feedback.documents.sanitise import visible

from .bus import publish

EVERY_SECONDS = 0.15


class Writer:
    """Collects the pieces of one answer and publishes what is new, every 150 ms or so.

    An event carries [part, offset, text] for each part that grew; the offset lets a reader notice
    that it missed something. Parts are named like "summary", "comments.2" and "comments.2.quote".
    """

    def __init__(self, *, document: str, section: str, attempt: int) -> None:
        self._document = document
        self._about = {"section": section, "attempt": attempt}
        self._json: list[str] = []
        self._shown: dict[str, str] = {}
        self._next = 0.0

    def feed(self, piece: str) -> None:
        self._json.append(piece)
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY_SECONDS
            self.flush()

    def flush(self) -> None:
        pieces = list(self._news())
        if pieces:
            publish(self._document, "text", {**self._about, "pieces": pieces})

    def _news(self) -> Iterator[tuple[str, int, str]]:
        for part, text in _parts(_partial("".join(self._json))):
            before = self._shown.get(part, "")
            if text != before:
                kept = len(before) if text.startswith(before) else 0
                self._shown[part] = text
                yield part, kept, text[kept:]


def _partial(json: str) -> dict[str, Any]:
    try:
        value = from_json(json, allow_partial="trailing-strings")
    except ValueError:  # not JSON so far: the end of the call says so, the page waits
        return {}
    return value if isinstance(value, dict) else {}


def _parts(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    summary = answer.get("summary")
    if isinstance(summary, str):
        yield "summary", visible(summary)
    for name in ("strengths", "next_steps"):
        for number, text in enumerate(_list(answer.get(name))):
            if isinstance(text, str):
                yield f"{name}.{number}", visible(text)
    for number, comment in enumerate(_list(answer.get("comments"))):
        if isinstance(comment, dict):
            yield from _comment(f"comments.{number}", comment)


def _comment(part: str, comment: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What it says, and before that the words that it speaks of, once both are being written."""
    message, quote = comment.get("message"), comment.get("quote")
    if not isinstance(message, str):
        return
    if isinstance(quote, str) and quote:
        yield f"{part}.quote", visible(quote)
    yield part, visible(message)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
