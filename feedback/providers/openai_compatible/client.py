"""The openai client, set up so that the gate alone decides about retries and the call about time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import openai

from ..base import AccountRefused
from . import sockets
from .settings import CompatibleSettings


class SharedClient:
    """One client for all threads of a worker, made at the first call, and anew after it was given up."""

    def __init__(self, settings: CompatibleSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._client: openai.OpenAI | None = None
        self._calls: Counter[openai.OpenAI] = Counter()

    @contextmanager
    def lent(self) -> Iterator[openai.OpenAI]:
        """The client for one call. Raises AccountRefused where the machine's set-up allows none."""
        with self._lock:
            if self._client is None:
                self._client = build_client(self._settings)
            client = self._client
            self._calls[client] += 1
        try:
            yield client
        finally:
            with self._lock:
                self._calls[client] -= 1
            self._close_unused()

    def give_up(self) -> None:
        """The next call makes a new one: proxies, certificates and addresses are looked up anew."""
        with self._lock:
            if self._client is not None:
                self._calls[self._client] += 0  # known to _close_unused, also without a call
            self._client = None
        self._close_unused()

    def _close_unused(self) -> None:
        with self._lock:
            unused = [each for each, calls in self._calls.items() if not calls and each is not self._client]
            for client in unused:
                del self._calls[client]
        for client in unused:
            client.close()


def build_client(settings: CompatibleSettings) -> openai.OpenAI:
    """A client without a key: each call brings its own. Raises AccountRefused where nothing can be sent."""
    client = openai.OpenAI(
        api_key=_none_of_its_own,
        base_url=settings.base_url,
        max_retries=0,  # one attempt: a retry needs a new lease
        default_headers=dict(settings.headers),
        http_client=_transport(settings),
    )
    # The client takes both from the environment, where they are meant for OpenAI itself.
    client.organization = settings.organisation or None
    client.project = None
    return client


def _none_of_its_own() -> str:
    """Without one the client would take OPENAI_API_KEY, and send it to whatever server this is."""
    return ""


def _transport(settings: CompatibleSettings) -> httpx2.Client:
    """Proxies and certificates are the environment's (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE)."""
    try:
        client = httpx2.Client(
            timeout=httpx2.Timeout(
                connect=settings.connect_timeout,
                read=min(settings.read_timeout, settings.total_timeout),
                write=settings.read_timeout,
                pool=settings.connect_timeout,
            ),
            # The gate limits calls; a call beyond the pool opens a connection rather than wait for one.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=settings.slots),
            follow_redirects=False,  # a text goes to the address that was set, and nowhere else
        )
    except (ImportError, OSError, ValueError, httpx2.InvalidURL) as error:  # socks, no such file, no address
        refused = AccountRefused(f"The environment's proxy or certificates can't be used: {error}")
        refused.cause = "address"
        raise refused from None
    sockets.install(client)
    return client
