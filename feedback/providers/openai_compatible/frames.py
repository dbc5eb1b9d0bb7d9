"""The chunks of an answer as its server sent them: plain JSON objects, whatever the server makes of the API.

Read from the response itself rather than through the client's types: servers that resemble OpenAI's send
fields that these do not have, and leave out what these promise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2

from .sockets import wait_at_most

Chunk = dict[str, Any]
END = "[DONE]"  # some servers close the stream without it, or leave it open (vllm-mlx #101)
LAST_WORDS = 5.0  # seconds for usage and END after the reason why the answer ended
GOODBYE = 0.1  # seconds for the end of the response after END


class ErrorInAnswer(Exception):
    """The server began an answer, and sent an error in its place or in its middle."""

    def __init__(self, body: object) -> None:
        super().__init__("The answer holds an error.")
        self.body = body


class NotAnAnswer(Exception):
    """The status is 200, and the body is something else than an answer."""


def chunks_of(response: httpx2.Response) -> Iterator[Chunk]:
    """Each chunk up to the last. Raises ErrorInAnswer, NotAnAnswer, JSONDecodeError, httpx2.HTTPError."""
    over = False
    try:
        for chunk in _objects(response):
            if not isinstance(chunk, dict):
                continue
            if chunk.get("error") or chunk.get("object") == "error":
                raise ErrorInAnswer(chunk)
            yield chunk
            if not over and _ends(chunk):
                over = True
                wait_at_most(response, LAST_WORDS)
    except httpx2.HTTPError:
        if not over:  # else the answer is whole, and its server stays silent, or hangs up, without an END
            raise


def _objects(response: httpx2.Response) -> Iterator[object]:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    match kind:
        case "text/event-stream":
            yield from _of_events(response)
        case "application/json":  # asked for a stream, and sent the whole answer at once
            response.read()
            yield _as_chunk(response.json())
        case _:
            raise NotAnAnswer(f"An answer of the type {kind or 'unknown'}, not a stream of events.")


def _of_events(response: httpx2.Response) -> Iterator[object]:
    events = iter(httpx2.EventSource(response))
    for event in events:
        if event.data.startswith(END):
            break
        if event.data:
            yield json.loads(event.data)
    # What HTTP has to say yet is read, so that the connection can carry another call. Briefly: the answer is
    # whole, and some servers keep it waiting.
    wait_at_most(response, GOODBYE)
    with suppress(httpx2.HTTPError):
        for _ in events:
            pass


def _ends(chunk: Chunk) -> bool:
    choices = chunk.get("choices")
    return isinstance(choices, list) and any(
        isinstance(each, dict) and each.get("finish_reason") for each in choices
    )


def _as_chunk(body: object) -> object:
    """A whole answer as if it were one chunk of a stream: its message is all that there is to add."""
    if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
        return body
    choices = [each for each in body["choices"] if isinstance(each, dict)]
    return {**body, "choices": [{**each, "delta": each.get("message")} for each in choices]}
