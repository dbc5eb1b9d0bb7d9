"""The shipped nginx before web processes of the portal, and programs that ask it."""

from __future__ import annotations

import os
import ssl
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from pathlib import Path

from tests.e2e.site import Site
from tests.integration.deploy.nginx import Nginx, here


@contextmanager
def front(processes: int, change: Callable[[str], str] = str, **of_the_site: str) -> Iterator[Nginx]:
    """nginx before so many web processes; `change` edits its site's file before it starts."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        given = {**os.environ, "LIMITS_PROXIES": "1", "DJANGO_SETTINGS_MODULE": "config.settings.development"}
        sites = [
            running.enter_context(Site(given, folder / f"web-{number}.log", **of_the_site))
            for number in range(processes)
        ]
        nginx = Nginx(folder, here(*(site.port for site in sites)))
        file = folder / "site.conf"
        file.write_text(change(file.read_text()))
        yield running.enter_context(nginx)


def tokens(number: int) -> list[str]:
    """Of as many students, each with a token that reads and writes."""
    from feedback.models import User
    from tests.integration.api.calling import Api

    made = (User.objects.create(email=f"program{n}@example.org") for n in range(number))  # none signs in
    return [Api.of(owner, "read", "write").token for owner in made]


@dataclass
class Asked:
    """What a crowd of connections saw."""

    times: list[float] = field(default_factory=list)  # of answers that were no refusal
    answers: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Connection:
    """One connection from an address of this machine, kept open."""

    def __init__(self, nginx: Nginx, address: str) -> None:
        self._context = ssl.create_default_context(cafile=str(nginx.folder / "certificate.pem"))
        self._context.check_hostname = False
        self._port, self._address = nginx.port, address
        self._open()

    def _open(self) -> None:
        self._connection = HTTPSConnection(
            "127.0.0.1", self._port, timeout=120, context=self._context, source_address=(self._address, 0)
        )

    def ask(self, request: Request) -> int:
        headers = {"Authorization": f"Bearer {request.token}", **request.headers}
        self._connection.request(request.method, request.path, request.body, headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.will_close:
            self._connection.close()
            self._open()
        return answer.status

    def close(self) -> None:
        self._connection.close()


def crowd(
    nginx: Nginx, requests: Sequence[Iterator[Request]], seconds: float, *, every: float = 0.0, first: int = 2
) -> Asked:
    """Each iterator asks over a connection and from an address of its own, for so long or until it ends."""
    asked, lock = Asked(), threading.Lock()
    end = time.monotonic() + seconds

    def live(number: int, mine: Iterator[Request]) -> None:
        connection = Connection(nginx, f"127.0.0.{first + number}")
        for request in mine:
            began = time.perf_counter()
            if time.monotonic() > end:
                break
            status = connection.ask(request)
            took = time.perf_counter() - began
            with lock:
                asked.answers[status] += 1
                if status < 400:
                    asked.times.append(took)
            if every:
                time.sleep(max(0.0, every - took))
        connection.close()

    threads = [threading.Thread(target=live, args=each) for each in enumerate(requests)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked.seconds = time.monotonic() - began
    return asked
