"""loadtest: whom it makes, whom it removes, and when it refuses. With Locust itself it takes a minute."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from config.embedded.layout import Layout
from config.supervisor.ports import free_port
from feedback.development.loadtest import accounts, locust, target
from feedback.models import Course, Document, Job, User
from feedback.selectors.work import workers
from tests.e2e.site import Site
from tests.factories import people
from tests.factories.work import a_document, a_job
from tests.running import processes, wait_until

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]


@pytest.fixture(autouse=True)
def somewhere(settings: Settings, tmp_path: Path) -> None:
    """A data folder in which nothing runs."""
    settings.VAR_DIR, settings.LAYOUT = tmp_path, Layout(tmp_path)


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locust counts as installed: these tests end before it would start."""
    monkeypatch.setattr(locust, "program", lambda: "/bin/false")


def refused(*words: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as error:
        call_command("loadtest", *words)
    assert "\n" not in str(error.value)
    return error.value.returncode, str(error.value)


# Accounts -----------------------------------------------------------------------------------------


def test_everybody_has_a_session_a_password_and_something_to_write(client: Client) -> None:
    made = accounts.make(3)
    assert [account.email for account in made.accounts] == [f"student{n}@loadtest.invalid" for n in range(3)]
    client.cookies["sessionid"] = made.accounts[0].session
    page = client.get("/submit/").content.decode()
    assert "Load test: Write an essay" in page
    user = User.objects.get(email="student1@loadtest.invalid")
    assert user.check_password(made.password)
    signed_in = Client().post("/sign-in/", {"login": user.email, "password": made.password})
    assert signed_in.status_code == 302


def test_the_same_again_leaves_none_twice() -> None:
    accounts.make(3)
    accounts.make(2)
    assert accounts.accounts().count() == 2
    assert Course.objects.filter(name=accounts.COURSE).count() == 1


def test_all_that_they_did_goes_with_them_and_nothing_of_others() -> None:
    accounts.make(2)
    guest = User.objects.get(email="student0@loadtest.invalid")
    running = a_document(guest)
    a_job(running)
    owner = people.student()
    kept = a_document(owner)
    Client().force_login(owner)
    assert accounts.remove() == 2
    assert list(Document.objects.all()) == [kept]
    assert not Job.objects.exists()
    assert not accounts.accounts().exists()
    assert not Course.objects.filter(name=accounts.COURSE).exists()
    assert [each.get_decoded()["_auth_user_id"] for each in Session.objects.all()] == [str(owner.pk)]


def test_a_session_that_was_left_over_dies_by_itself() -> None:
    accounts.make(1)
    session = Session.objects.get()
    assert session.get_decoded()["_session_expiry"] == timedelta(hours=6).total_seconds()


def test_clean_removes_what_was_left() -> None:
    accounts.make(2)
    out = StringIO()
    call_command("loadtest", "--clean", stdout=out)
    assert "2 accounts are gone" in out.getvalue()
    assert not accounts.accounts().exists()


# What is refused ----------------------------------------------------------------------------------


def test_production_is_asked_twice(settings: Settings) -> None:
    settings.PRODUCTION = True
    assert refused() == (
        2, "These are production's settings: accounts and work would be real. Add --in-production.",
    )  # fmt: skip
    assert refused("--clean")[0] == 2


@pytest.mark.usefixtures("tools")
def test_where_nothing_runs_it_says_so() -> None:
    assert refused() == (1, "Nothing runs here: start `make run`, or name a system with --host.")
    address = f"http://127.0.0.1:{free_port(0)}"
    status, output = refused("--host", address)
    assert (status, output.startswith(f"{address} does not answer")) == (1, True)
    assert not accounts.accounts().exists()


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--host", "feedback.example.edu"), "is no address"),
        (("--host", "ftp://feedback.example.edu"), "is no address"),
        (("--users", "0"), "users"),
        (("--users", "many"), "users"),
        (("--seconds", "0"), "seconds"),
    ],
)
def test_nonsense_is_one_line(words: tuple[str, ...], part: str) -> None:
    status, output = refused(*words)
    assert status == 2
    assert part in output


def test_without_locust_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(locust, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert refused() == (1, "Locust is not installed here: run `make loadtest-tools`.")


@pytest.mark.usefixtures("tools")
def test_a_locust_that_fails_leaves_no_account_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(target, "found", lambda named: "http://127.0.0.1:1")
    status, output = refused("--report", str(tmp_path / "report"))
    assert (status, "Locust ended with status 1" in output) == (1, True)
    assert not accounts.accounts().exists()


# The whole ----------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_students_of_all_kinds_are_served(
    child_environment: dict[str, str], tmp_path: Path, redis_client: redis.Redis
) -> None:
    """Against a real web server and a worker, with the offline provider behind them."""
    try:
        locust.program()
    except locust.NotRun as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    out = StringIO()
    with (
        processes(child_environment, tmp_path / "log") as running,
        Site(child_environment, tmp_path / "web") as site,
    ):
        running.worker("parse", "split", "summarise", "deliver", "offline")
        wait_until(lambda: workers.alive()["offline"] == 1, "the worker works")
        call_command(
            "loadtest", "--users", "17", "--seconds", "60", "--host", site.url, "--json",
            "--report", str(tmp_path / "report"), stdout=out,
        )  # fmt: skip
    report = json.loads(out.getvalue())
    assert report["total"]["failures"] == 0
    names = {entry["name"] for entry in report["requests"]}
    assert {"/", "/submit/ (pasted)", "/submit/ (a file)", "/sign-in/ (signed in)"} <= names
    assert any(entry["name"] == "feedback complete" for entry in report["felt"])
    assert (tmp_path / "report.html").exists()
    assert not accounts.accounts().exists()
