"""The load: people who hand in through the portal by HTTP, steadily, and try again as people do."""

from __future__ import annotations

import http.client
import random
import re
import ssl
import threading
import time
import uuid
from dataclasses import dataclass, field
from html import unescape
from typing import Any

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
DOCUMENT = re.compile(r"/documents/([0-9a-f-]{36})/")
PROSE = """students often write about the causes of a war without naming the sources that support their claims
and a reader that wants to follow the argument has to guess where each of the figures was found"""
WORDS = PROSE.split()
PATIENCE = 40.0  # seconds for which a person waits for an answer


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that was answered with success."""

    document: str
    email: str
    markers: tuple[str, ...]
    at: float


@dataclass(slots=True)
class Person:
    """One browser: its cookies, and what it asks for."""

    port: int
    cookie: str
    session: str
    email: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None

    def _connect(self) -> http.client.HTTPConnection:
        if self.tls is None:
            return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        return http.client.HTTPSConnection(self.host, self.port, timeout=PATIENCE, context=self.tls)

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str, str]:
        """Status, where it leads, text. Raises OSError or HTTPException."""
        connection = self._connect()
        try:
            jar = {self.cookie: self.session, **self.cookies}
            headers = {
                "Host": "127.0.0.1",
                "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
            }
            headers["Referer"] = f"http://127.0.0.1:{self.port}{path}"
            if kind:
                headers["Content-Type"] = kind
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = header.split(";")[0].partition("=")
                if name != self.cookie:
                    self.cookies[name] = value
            text = answer.read().decode(errors="replace")
            return answer.status, answer.headers.get("Location", ""), text
        finally:
            connection.close()

    def form(self, path: str) -> dict[str, str]:
        status, _, page = self.ask("GET", path)
        if status != 200:
            raise OSError(f"{path} answered {status}")
        return {name: unescape(value) for name, value in HIDDEN.findall(page)}

    def send(self, path: str, fields: dict[str, str], text: str = "") -> tuple[int, str]:
        """A form, with a file where there is a text."""
        edge = uuid.uuid4().hex
        lines = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        if text:
            lines.append(
                f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="essay.md"\r\n'
                f"Content-Type: text/markdown\r\n\r\n{text}\r\n"
            )
        body = "".join([*lines, f"--{edge}--\r\n"]).encode()
        status, leads_to, _ = self.ask("POST", path, body, f"multipart/form-data; boundary={edge}")
        return status, leads_to


def essay(chance: random.Random, sections: int) -> tuple[str, tuple[str, ...]]:
    """A text that nobody else hands in, and the marker in each of its sections."""
    key = f"{chance.getrandbits(32):08x}"
    markers = tuple(f"mk{key}n{number}k" for number in range(sections))
    parts = []
    for number, marker in enumerate(markers):
        words = [chance.choice(WORDS) for _ in range(90)]
        words[10] = marker
        sentences = [" ".join(words[at : at + 15]).capitalize() + "." for at in range(0, 90, 15)]
        parts.append(f"# Part {number} of {key}\n\n" + " ".join(sentences))
    return "\n\n".join(parts), markers


class Load:
    """A context manager: while it is open, each person hands in every few seconds."""

    def __init__(
        self,
        people: dict[str, Any],
        port: int,
        *,
        seed: int,
        every: float,
        sections: int = 3,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.people = [
            Person(port, people["cookie"], each["session"], each["email"], host=host, tls=tls)
            for each in people["students"]
        ]
        self._every, self._sections, self._seed = every, sections, seed
        self._over = threading.Event()
        self.accepted: list[Accepted] = []
        self.refused: list[str] = []  # answers that were no success, each tried again
        self.left_out: set[str] = set()  # people that stopped handing in
        self._at_work: set[str] = set()

    def __enter__(self) -> Load:
        self._threads = [
            threading.Thread(
                target=self._live, args=(person, random.Random(f"{self._seed}:{number}")), daemon=True
            )
            for number, person in enumerate(self.people)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(3 * PATIENCE)

    def is_at_work(self, person: Person) -> bool:
        return person.email in self._at_work

    def _live(self, person: Person, chance: random.Random) -> None:
        self._over.wait(chance.uniform(0, self._every))
        while not self._over.is_set() and person.email not in self.left_out:
            begun = time.monotonic()
            self._at_work.add(person.email)
            self._hand_in(person, chance)
            self._at_work.discard(person.email)
            self._over.wait(max(0.2, self._every * chance.uniform(0.7, 1.3) - (time.monotonic() - begun)))

    def _hand_in(self, person: Person, chance: random.Random) -> None:
        """Until it is accepted: the same form again, as a person would send it."""
        text, markers = essay(chance, self._sections)
        fields: dict[str, str] = {}
        while person.email not in self.left_out:
            try:
                fields = fields or person.form("/submit/")
                status, leads_to = person.send("/submit/", fields, text)
            except (OSError, http.client.HTTPException) as error:
                self.refused.append(f"{type(error).__name__}: {error}")
            else:
                found = DOCUMENT.search(leads_to)
                if status == 302 and found:
                    self.accepted.append(Accepted(found[1], person.email, markers, time.time()))
                    return
                self.refused.append(str(status))
            if self._over.wait(1.0):
                return
