"""deploy/nginx under a flood: a key and an address have bounds, and others are answered meanwhile."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from config.supervisor.ports import free_port
from feedback.api import problems

from .conftest import echoing
from .nginx import Nginx, here

FLOODER, OTHER = "127.0.0.2", "127.0.0.3"  # addresses of this machine, as nginx hears them
REFUSED = 40  # so many are a flood
ENOUGH = 20_000  # requests of a flood: no machine is so slow that each is let through
BURST, BURST_OF_ADDRESS = 60, 600  # deploy/nginx/marginalia.conf


@pytest.fixture
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with echoing() as one, Nginx(tmp_path_factory.mktemp("nginx"), here(one)) as nginx:
        yield nginx


class Caller:
    """A program at an address, over one connection."""

    def __init__(self, nginx: Nginx, address: str) -> None:
        self._port, self._address, self._context = nginx.port, address, trusting(nginx)
        self._connection = self._made()
        self.answers: Counter[int] = Counter()
        self.headers: dict[str, str] = {}
        self.body = b""

    def _made(self) -> HTTPSConnection:
        return HTTPSConnection(
            "127.0.0.1", self._port, timeout=60, source_address=(self._address, 0), context=self._context
        )

    def ask(self, token: str, path: str = "/api/v1/me") -> int:
        self._connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = self._connection.getresponse()
        self.body, self.headers = answer.read(), dict(answer.headers)
        self.answers[answer.status] += 1
        if answer.will_close:
            self.close()
            self._connection = self._made()
        return answer.status

    def close(self) -> None:
        self._connection.close()

    def flood(self, token: Callable[[int], str], path: str, meanwhile: Callable[[], object]) -> None:
        """Ask at full speed until enough is refused; every tenth time, others have a turn."""
        for number in range(ENOUGH):
            if self.answers[429] >= REFUSED:
                return
            self.ask(token(number), path)
            if number % 10 == 0:
                meanwhile()
        pytest.fail(f"no flood: {self.answers}")


def trusting(nginx: Nginx) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(nginx.folder / "certificate.pem"))
    context.check_hostname = False
    return context


def test_a_key_that_floods_is_refused_and_another_at_the_same_address_is_answered(front: Nginx) -> None:
    with closing(Caller(front, FLOODER)) as flooder, closing(Caller(front, FLOODER)) as other:
        flooder.flood(lambda _: "flooding", "/api/v1/me", lambda: other.ask("calm"))
    assert flooder.answers[200] >= BURST
    assert flooder.headers["Content-Type"] == problems.MEDIA_TYPE
    assert flooder.headers["Retry-After"] == "10"
    assert b'"status": 429' in flooder.body
    assert set(other.answers) == {200}
    assert other.answers[200] >= 5


def test_an_address_with_ever_new_keys_is_refused_and_another_address_is_answered(front: Nginx) -> None:
    with closing(Caller(front, FLOODER)) as flooder, closing(Caller(front, OTHER)) as other:
        # nginx answers this by itself: no instance slows the flood down.
        flooder.flood(lambda number: f"made-up-{number}", "/docs/none.html", lambda: None)
        assert sum(flooder.answers.values()) > BURST_OF_ADDRESS
        assert [other.ask("calm") for _ in range(20)] == [200] * 20


def test_what_nginx_refuses_of_the_api_is_a_problem_document(front: Nginx) -> None:
    answer = front.session.post(f"{front.url}/api/v1/documents", data=b"x" * (13 * 2**20), timeout=60)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == problems.MEDIA_TYPE
    assert answer.json()["status"] == 413


def test_no_web_process_there_is_a_problem_of_the_api(tmp_path: Path) -> None:
    with Nginx(tmp_path, here(free_port(0))) as nginx:
        answer = nginx.get("/api/v1/me")
    assert answer.status_code == 503
    assert answer.json()["type"] == problems.Kind.UNAVAILABLE.uri
    assert answer.headers["Retry-After"] == "10"


def test_the_applications_own_problems_pass_as_they_are(front: Nginx) -> None:
    assert front.get("/full/").json()["port"]
