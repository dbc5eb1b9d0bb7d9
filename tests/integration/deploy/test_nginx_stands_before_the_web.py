"""deploy/nginx in a real nginx: what it lets through, what it holds back, what it hands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import requests
from django.conf import settings

from config.supervisor.ports import free_port
from feedback.models import User
from tests.e2e.site import Site
from tests.factories.work import a_document
from tests.people import signed_in
from tests.running import wait_until

from .conftest import echoing
from .nginx import DEPLOY, Nginx, here


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Before two instances that say what they were asked, and a third that is away."""
    folder = tmp_path_factory.mktemp("nginx")
    static = folder / "static"
    static.mkdir()
    (static / "base.1a2b.css").write_text("body {}")
    with echoing() as one, echoing() as two, Nginx(folder, here(one, two, free_port(0)), static) as nginx:
        yield nginx


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    output = Nginx(tmp_path, here(8000, 8001)).checked()
    assert "test is successful" in output
    assert "warn" not in output


def test_plain_http_is_led_to_https(front: Nginx) -> None:
    answer = requests.get(
        f"http://127.0.0.1:{front.plain}/submit/?previous=1", allow_redirects=False, timeout=60
    )
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://127.0.0.1/submit/?previous=1"


def test_every_instance_works_and_one_that_is_away_is_passed_over(front: Nginx) -> None:
    answers = [front.get("/") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    ports = Counter(answer.json()["port"] for answer in answers)
    assert len(ports) == 2


def test_the_address_is_the_one_that_nginx_heard(front: Nginx) -> None:
    """What a visitor claims stands before it, where LIMITS_PROXIES=1 does not look."""
    asked = front.get("/", headers={"X-Forwarded-For": "203.0.113.9"}).json()
    assert asked["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert asked["X-Forwarded-Proto"] == "https"
    assert asked["Host"] == "127.0.0.1"


def test_a_request_has_one_name_in_both_logs(front: Nginx) -> None:
    name = front.get("/a-name-of-its-own/", headers={"X-Request-ID": "made-up-by-a-visitor"}).json()[
        "X-Request-ID"
    ]
    assert name != "made-up-by-a-visitor"
    wait_until(lambda: front.has_logged(name, "/a-name-of-its-own/"), "nginx has written the request's line")


def test_a_flood_is_held_back_and_others_are_not(front: Nginx) -> None:
    def ask(session: str) -> requests.Response:
        return front.get("/", cookies={"sessionid": session})

    flood = [ask("flooder") for _ in range(150)]
    refused = [answer for answer in flood if answer.status_code == 429]
    if not refused:  # a machine this slow makes no flood: ask from several at once
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(16) as crowd:
            refused = [each for each in crowd.map(ask, ["flooder"] * 600) if each.status_code == 429]
    assert refused
    assert "Too many requests" in refused[0].text
    assert refused[0].headers["Retry-After"] == "10"
    assert ask("somebody else").status_code == 200


def test_a_file_that_is_far_too_large_is_refused_in_words(front: Nginx) -> None:
    answer = front.session.post(f"{front.url}/submit/", data=b"x" * (13 * 2**20), timeout=60)
    assert answer.status_code == 413
    assert "up to 10 MB" in answer.text


def test_the_applications_own_refusals_pass_as_they_are(front: Nginx) -> None:
    answer = front.get("/full/")
    assert answer.status_code == 503
    assert "port" in answer.json()


def test_no_web_process_there_is_explained_in_words(tmp_path: Path) -> None:
    with Nginx(tmp_path, here(free_port(0), free_port(0))) as nginx:
        answer = nginx.get("/")
    assert answer.status_code == 502
    assert "What you handed in is safe" in answer.text


def test_static_files_never_change(front: Nginx) -> None:
    answer = front.get("/static/base.1a2b.css")
    assert answer.text == "body {}"
    assert "immutable" in answer.headers["Cache-Control"]
    assert front.get("/static/../nginx.conf").status_code == 200  # the path is made plain: an instance's own
    assert front.get("/static/none.css").status_code == 404


def test_its_own_pages_are_nobodys_to_open(front: Nginx) -> None:
    assert front.get("/away.html").status_code == 404


def test_uploads_are_as_large_as_the_application_takes_them() -> None:
    assert "client_max_body_size  12m;" in (DEPLOY / "marginalia.conf").read_text()
    assert settings.UPLOAD_LIMIT_BYTES == 10 * 2**20


# The real application behind it -------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_running_portal_and_its_streams(
    child_environment: dict[str, str], redis_client: redis.Redis, owner: User, tmp_path: Path
) -> None:
    document = a_document(owner)
    session = signed_in(owner).cookies["sessionid"].value
    child = {**child_environment, "LIMITS_PROXIES": "1"}
    with Site(child, tmp_path / "web.log") as site, Nginx(tmp_path, here(site.port)) as nginx:
        page = nginx.get("/sign-in/")
        assert page.status_code == 200
        assert "script-src" in page.headers["Content-Security-Policy"]
        stream = nginx.get(f"/documents/{document.pk}/events/", cookies={"sessionid": session}, stream=True)
        with stream:
            assert stream.headers["Content-Type"] == "text/event-stream"
            # Nothing more comes for as long as no worker runs: what nginx kept back would never be seen.
            assert next(stream.iter_lines()) == b"retry: 3000"
