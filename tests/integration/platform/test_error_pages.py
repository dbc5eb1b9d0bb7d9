"""Each error has its page, in our look, that says what to do next; a program gets a problem document."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config import urls
from feedback.models import User
from tests.people import owner, signed_in

__all__ = ["owner"]

pytestmark = pytest.mark.django_db

Settings = Any
PROGRAM = {"accept": "application/json"}


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def garble(request: HttpRequest) -> HttpResponse:
    raise BadRequest


def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken")


def read_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.POST)))


def query(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(5)")
    return HttpResponse()


# Pages that fail on purpose, beside all the real ones.
handler400, handler403, handler404, handler500 = (
    urls.handler400, urls.handler403, urls.handler404, urls.handler500,
)  # fmt: skip
urlpatterns = [
    path("refuse/", refuse), path("garble/", garble), path("break/", break_down), path("form/", read_form),
    path("query/", query), path("api/break/", break_down), *urls.urlpatterns,
]  # fmt: skip


@pytest.fixture
def failing(settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def heading(answer: Any) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.content.decode())
    assert found is not None, answer.content.decode()[:500]
    return found[1]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/garble/", 400, "This request could not be read"),
        ("/refuse/", 403, "This is not open to you"),
        ("/nowhere/", 404, "There is nothing here"),
        ("/break/", 500, "Something went wrong on our side"),
    ],
)
def test_each_error_has_its_page(failing: Client, address: str, status: int, words: str) -> None:
    answer = failing.get(address)
    assert (answer.status_code, heading(answer)) == (status, words)
    assert "broken" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/garble/", "/refuse/", "/nowhere/", "/break/"])
def test_a_program_gets_a_problem_document(failing: Client, address: str) -> None:
    answer = failing.get(address, headers=PROGRAM)
    assert answer["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["status"] == answer.status_code
    assert {"type", "title", "detail"} <= set(problem)


def test_an_address_of_the_api_answers_programs_whatever_they_accept(failing: Client) -> None:
    answer = failing.get("/api/break/", headers={"accept": "*/*"})
    assert answer["Content-Type"] == "application/problem+json"
    assert len(json.loads(answer.content)["reference"]) == 32


def test_a_form_without_its_token_says_what_happened(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.post("/submit/", {"text": "x"})
    assert (answer.status_code, heading(answer)) == (403, "This form was open for too long")


def test_a_body_over_the_limit_is_turned_back_before_it_is_read(owner: User, settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    file = SimpleUploadedFile("essay.txt", b"x" * 1_100_000)
    answer = signed_in(owner).post("/submit/", {"file": file})
    assert (answer.status_code, heading(answer)) == (413, "This is larger than we can take")


def test_a_form_over_the_limit_is_too_large_as_well(failing: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert failing.post("/form/", {"text": "x" * 2000}).status_code == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 100_000, 3
    assert failing.post("/form/", {f"field{n}": "x" for n in range(9)}).status_code == 413


def test_a_length_that_is_no_number_is_no_error_of_ours(failing: Client) -> None:
    assert failing.get("/form/", headers={"content-length": "many"}).status_code == 200


@pytest.fixture
def closed_for_work(settings: Settings, tmp_path: Path) -> Path:
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    settings.MAINTENANCE_FILE.touch()
    return tmp_path / "maintenance"


def test_while_the_site_is_worked_on_every_page_says_so(closed_for_work: Path, client: Client) -> None:
    answer = client.get("/sign-in/")
    assert (answer.status_code, heading(answer)) == (503, "We will be back in a moment")
    assert answer["Retry-After"] == "300"
    assert "being worked on" in answer.content.decode()
    assert client.get("/metrics").status_code == 403, "operators still see"
    closed_for_work.unlink()
    assert client.get("/sign-in/").status_code == 200


def test_a_query_that_fails_is_an_error_and_no_outage(failing: Client) -> None:
    assert failing.get("/query/").status_code == 500


def test_each_answer_names_its_request(failing: Client) -> None:
    first, second = failing.get("/nowhere/"), failing.get("/break/")
    assert re.fullmatch(r"[0-9a-f]{32}", first["X-Request-ID"])
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_a_proxys_name_for_a_request_is_kept_and_nonsense_is_not(client: Client) -> None:
    named = client.get("/sign-in/", headers={"x-request-id": "edge-0123456789"})
    assert named["X-Request-ID"] == "edge-0123456789"
    forged = client.get("/sign-in/", headers={"x-request-id": "a b\tc" * 9})
    assert re.fullmatch(r"[0-9a-f]{32}", forged["X-Request-ID"])


def test_a_lost_database_makes_calm_pages(child_environment: dict[str, str]) -> None:
    """A web process without its database, asked as a browser asks."""
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "c = Client(raise_request_exception=False)\n"
        "c.cookies['sessionid'] = 'x' * 32\n"
        "for where in ('/', '/sign-in/', '/documents/00000000-0000-7000-8000-000000000000/'):\n"
        "    a = c.get(where)\n"
        "    print(a.status_code, a.get('Retry-After'), b'back in a moment' in a.content)\n"
    )
    environment = {
        **child_environment,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
        "DATABASE_POOL_TIMEOUT": "0.5",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["503 15 True"] * 3, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    assert 'File "' not in done.stderr, "an outage is a line in the log, for each request that met it"
