"""The controls of a running simulator, for tests, benchmarks and the demo."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlsplit


class SimulatorControl:
    """Talks to /_sim/ of the simulator at an address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def change(self, **settings: Any) -> dict[str, Any]:
        """Replace the named settings, each whole, and return all. Raises ValueError where one is nonsense."""
        return self._request("PUT", "settings", json.dumps(settings).encode())

    def settings(self) -> dict[str, Any]:
        return self._request("GET", "settings")

    def stats(self) -> dict[str, Any]:
        """Counts since the start or the last forget, and what is left of each model's quotas."""
        return self._request("GET", "stats")

    def forget(self) -> None:
        """Begin counting again."""
        self._request("DELETE", "stats")

    def _request(self, method: str, name: str, body: bytes | None = None) -> dict[str, Any]:
        connection = self._connect()
        try:
            connection.request(method, f"/_sim/{name}", body)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(answer["message"])
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        if parts.hostname is None:
            raise ValueError(f"{self.url!r} is not the address of a simulator.")
        if parts.scheme == "https":
            # A simulator on TLS has a certificate made for the occasion.
            unverified = ssl._create_unverified_context()  # noqa: S323
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=unverified)
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
