"""A browser on the portal: pages, the form for handing in, and the stream of events of an open document."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gevent
from locust import FastHttpUser
from locust.exception import StopUser
from requests.cookies import create_cookie
from urllib3.filepost import encode_multipart_formdata

PEOPLE = json.loads(Path(os.environ["LOADTEST_ACCOUNTS"]).read_text(encoding="utf-8"))
PATIENCE = 120.0  # seconds for which a student watches
MOST_REFUSED = 10.0  # seconds after which a refused student tries again, whatever the page asks for
ENDED = ("complete", "failed", "cancelled")
_accounts = cycle(PEOPLE["accounts"])
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
_CHOICE = re.compile(r'<option value="([0-9a-f-]{36})"')
_DOCUMENT = re.compile(r"/documents/([0-9a-f-]{36})/")

Fields = Mapping[str, Any]


class Student(FastHttpUser):
    """Signed in since yesterday: with a session that was made for the test."""

    abstract = True
    network_timeout = PATIENCE
    connection_timeout = 30.0

    def on_start(self) -> None:
        self.account = next(_accounts)
        self.sign_in()

    def sign_in(self) -> None:
        host = urlsplit(self.host).hostname or ""
        domain = host if "." in host else f"{host}.local"  # RFC 2965, as http.cookiejar has it
        cookie = create_cookie(PEOPLE["session_cookie"], self.account["session"], domain=domain)
        self.client.cookiejar.set_cookie(cookie)

    def get(self, path: str, name: str = "") -> str:
        return self.client.get(path, name=name or path).text or ""

    def form(self, path: str, name: str = "") -> dict[str, Any]:
        """A page's hidden fields, and its first assignment."""
        page = self.get(path, name)
        fields = {field: unescape(value) for field, value in _HIDDEN.findall(page)}
        if "csrfmiddlewaretoken" not in fields:
            raise StopUser  # no form came, which is counted as a failure already
        choices = _CHOICE.findall(page)
        return {**fields, "assignment": choices[0] if choices else ""}

    def send(self, path: str, fields: Fields, name: str) -> str:
        """Send a form. The address that it leads to; empty: it was refused."""
        body, kind = encode_multipart_formdata({key: value for key, value in fields.items() if value})
        headers = {"Content-Type": kind, "Referer": f"{self.host}{path}"}
        with self.client.post(
            path, data=body, name=name, headers=headers, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code == 302:
                return str(answer.headers["Location"])
            if answer.status_code != 429:
                answer.failure(f"answered {answer.status_code}")
                return ""
            answer.success()  # a full house says so, and when to come back
        self.felt("refused for now")
        gevent.sleep(min(MOST_REFUSED, float(answer.headers.get("Retry-After", MOST_REFUSED))))
        return ""

    def hand_in(self, fields: Fields, name: str) -> str:
        """The document's id; empty: it was refused."""
        found = _DOCUMENT.search(self.send("/submit/", fields, name))
        return found[1] if found else ""

    def watch(self, document: str) -> None:
        """Open the document and see it fill in, as its page does: one look for each event."""
        begun = time.perf_counter()
        self.get(f"/documents/{document}/", "/documents/[id]/")
        for event, data in self._events(document):
            if event == "job":
                self.get(f"/documents/{document}/progress/", "/documents/[id]/progress/")
            if event == "document" and data.get("state") in ENDED:
                self.felt(f"feedback {data['state']}", time.perf_counter() - begun)
                self.get(f"/documents/{document}/", "/documents/[id]/")
                return

    def felt(self, what: str, seconds: float = 0.0) -> None:
        """What a student feels and no single request is."""
        self.environment.events.request.fire(
            request_type="STUDENT", name=what, response_time=seconds * 1000, response_length=0,
            exception=None, context={},
        )  # fmt: skip

    def _events(self, document: str) -> Iterator[tuple[str, Any]]:
        path, name = f"/documents/{document}/events/?from=0-0", "/documents/[id]/events/ (opened)"
        answer = self.client.get(path, name=name, stream=True, headers={"Accept-Encoding": "identity"})
        if answer.status_code != 200:
            return
        deadline, event = time.monotonic() + PATIENCE, ""
        try:
            while time.monotonic() < deadline and (line := answer.stream.readline(b"\n")):
                field, _, value = line.decode().strip().partition(": ")
                if field == "event":
                    event = value
                elif field == "data":
                    yield event, json.loads(value)
        except OSError:
            return  # the student's patience ended
        finally:
            answer.stream.release()
