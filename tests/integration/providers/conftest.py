"""What a test of the provider may ask for: a server, its settings, a call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from feedback.providers.base import Accepted, Call, Event, Finished, SectionRequest
from feedback.providers.openai_compatible import CompatibleSettings
from feedback.providers.openai_compatible.provider import CompatibleProvider
from tests.chat_server import ChatServer, Step, serving

PATIENCE = 60  # seconds; every time-out of the client's own is longer
REQUEST = SectionRequest("Some text.")


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving([]) as running:
        yield running


@pytest.fixture
def settings(server: ChatServer) -> CompatibleSettings:
    return CompatibleSettings(model="m", base_url=f"{server.url}/v1")


@pytest.fixture
def provider(settings: CompatibleSettings) -> Iterator[CompatibleProvider]:
    provider = CompatibleProvider(settings)
    yield provider
    provider.close()


@pytest.fixture
def ask(server: ChatServer, provider: CompatibleProvider) -> Callable[[Sequence[Step]], list[Event]]:
    """What comes of one call that is answered in this way."""

    def answered(script: Sequence[Step]) -> list[Event]:
        server.plays(script)
        return list(provider.stream(REQUEST, Call()))

    return answered


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition never came true"
        time.sleep(0.02)


class Running:
    """A call that a thread of its own reads to its end."""

    def __init__(self, provider: CompatibleProvider) -> None:
        self.call = Call()
        self.accepted = threading.Event()
        self.error: BaseException | None = None
        self.finished = False
        self._thread = threading.Thread(target=self._read, args=(provider,), daemon=True)
        self._thread.start()

    def _read(self, provider: CompatibleProvider) -> None:
        try:
            for event in provider.stream(REQUEST, self.call):
                if isinstance(event, Accepted):
                    self.accepted.set()
                self.finished = isinstance(event, Finished)
        except BaseException as error:
            self.error = error

    def ends(self) -> bool:
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()
