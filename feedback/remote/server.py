"""A site as its HTTP API shows it. Each way to fail is one line for the person at the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Any

import requests

ROOT = "/api/v1"
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 60.0  # a stream that lives is never silent for so long
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before a request whose answer was lost is sent again
LONGEST_PAUSE = 60.0  # seconds that a site's Retry-After can make us wait
LATER = (429, 503)
IN_WORK = "urn:marginalia:problem:idempotency-key-in-work"
MISUSED = 2  # exit status


class Failed(Exception):
    """The end of a request, in one line; `status` is the exit status that follows."""

    def __init__(self, words: str, status: int = MISUSED) -> None:
        super().__init__(" ".join(words.split()))
        self.status = status


class Lost(Failed):
    """No answer came: the site may have done what it was asked for."""


@dataclass(frozen=True, slots=True)
class Event:
    """A server-sent event. Without a name it says only that the stream lives."""

    name: str = ""
    id: str = ""


class Server:
    def __init__(self, url: str, token: str) -> None:
        if not url.startswith(("https://", "http://")):
            raise Failed(f"{url}: a server's address begins with https:// or http://.")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise Failed("The token is not one: letters, digits, - and _ alone, as it was shown.")
        self.url = url.rstrip("/").removesuffix(ROOT)
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        # Of the environment a proxy is taken, and no password of .netrc, which would take the token's place.
        self._session.auth = lambda request: request

    def hand_in(self, path: Path, key: str) -> dict[str, Any]:
        """The document that it became; with the same key it is the same one. Raises Failed, Lost."""
        try:
            file = (path.name, path.read_bytes())
        except OSError as error:
            raise Failed(f"{path}: {error.strerror}.") from None
        return self._read("POST", "documents/file", files={"file": file}, headers={"Idempotency-Key": key})

    def document(self, key: str) -> dict[str, Any]:
        return self._read("GET", f"documents/{key}", patient=True)

    def feedback(self, key: str) -> dict[str, Any]:
        return self._read("GET", f"documents/{key}/feedback", patient=True)

    def cancel(self, key: str) -> None:
        self._read("POST", f"documents/{key}/cancel", headers={"Idempotency-Key": f"cancel-{key}"})

    def events(self, key: str) -> Iterator[Event]:
        """What happens to a document until it ends. A stream that breaks goes on after its last event."""
        position, broken = "0-0", 0
        while True:
            try:
                with self._stream(key, position) as answer:
                    if answer.status_code == 204:
                        return
                    if answer.status_code not in LATER:
                        self._refuse(answer)
                        for event in _events(answer):
                            position, broken = event.id or position, 0
                            yield event
                pause = _wish(answer) if answer.status_code in LATER else PAUSES[0]
            except requests.RequestException as error:
                if broken == len(PAUSES):
                    raise self._lost(error) from None
                pause = PAUSES[broken]
                broken += 1
            time.sleep(pause)

    def _stream(self, key: str, position: str) -> requests.Response:
        headers = {"Last-Event-ID": position, "Accept": "text/event-stream", "Accept-Encoding": "identity"}
        return self._send("GET", f"documents/{key}/events", headers=headers, stream=True)

    def _read(self, method: str, path: str, *, patient: bool = False, **more: Any) -> dict[str, Any]:
        """`patient`: it waits where the site asks for that, as the document is there already."""
        for pause in (*PAUSES, None):
            try:
                answer = self._send(method, path, **more)
            except requests.exceptions.SSLError:
                raise Failed(f"{self.url}: its certificate is not one that is trusted here.") from None
            except requests.RequestException as error:
                if pause is None:
                    raise self._lost(error) from None
                time.sleep(pause)
                continue
            is_later = patient and answer.status_code in LATER
            if pause is None or not (is_later or _problem(answer).get("type") == IN_WORK):
                return self._read_from(answer)
            time.sleep(_wish(answer))
        raise AssertionError("the last try returns or raises")

    def _send(self, method: str, path: str, **more: Any) -> requests.Response:
        timeout = (CONNECT_SECONDS, ANSWER_SECONDS)
        url = f"{self.url}{ROOT}/{path}"
        return self._session.request(method, url, timeout=timeout, allow_redirects=False, **more)

    def _read_from(self, answer: requests.Response) -> dict[str, Any]:
        self._refuse(answer)
        try:
            found = answer.json()
        except JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise Failed(f"{self.url} answers, but not as the API of a Marginalia.")
        return found

    def _refuse(self, answer: requests.Response) -> None:
        """Raises Failed for anything but a success."""
        if 300 <= answer.status_code < 400:
            raise Failed(f"{self.url} has moved to {answer.headers.get('Location', 'another address')}.")
        if answer.status_code >= 400:
            raise Failed(_words(self.url, answer))

    def _lost(self, error: requests.RequestException) -> Lost:
        return Lost(f"{self.url} does not answer ({type(error).__name__}).")


def _events(answer: requests.Response) -> Iterator[Event]:
    name = key = ""
    # A byte at a time: behind a proxy that sends no chunks, any other size waits for the end of the stream.
    for line in answer.iter_lines(chunk_size=1):
        field, _colon, value = line.decode().partition(": ")
        if field == "event":
            name = value
        elif field == "id":
            key = value
        elif not line:
            yield Event(name, key)
            name = ""


def _words(url: str, answer: requests.Response) -> str:
    status, problem = answer.status_code, _problem(answer)
    detail = str(problem.get("detail") or problem.get("title") or "")
    if status == 401:
        return f"{url} does not accept the token: it is wrong, revoked or over (401)."
    if status == 413:
        return f"{url} takes no file of this size (413). {detail}"
    if status == 429:
        wish, limit = answer.headers.get("Retry-After"), answer.headers.get("RateLimit")
        again = f" Again in {wish} s." if wish else ""
        return f"{url} takes no more now (429): {detail}{again}{f' RateLimit: {limit}' if limit else ''}"
    return f"{url} answers {status}: {detail}" if detail else f"{url} answers {status}."


def _problem(answer: requests.Response) -> dict[str, Any]:
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return {}
    try:
        found = answer.json()
    except JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _wish(answer: requests.Response) -> float:
    words = answer.headers.get("Retry-After", "")
    return min(float(words), LONGEST_PAUSE) if words.isdigit() else PAUSES[-1]
