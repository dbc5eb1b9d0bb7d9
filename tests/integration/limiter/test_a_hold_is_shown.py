"""Operators see why an upstream is held, and lift the hold; the history has each change with its author."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from feedback.models import User
from limiter import services
from limiter.models import ConfigVersion, Upstream
from tests.people import operator, signed_in

__all__ = ["operator"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def held(upstream: Upstream) -> None:
    services.hold(upstream="tested", cause="clock", reason="Held by itself: the clock.", generation=0)


def run(*words: str) -> str:
    out = StringIO()
    call_command("limiter", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_status_says_why_and_when_it_is_tried() -> None:
    output = run("status", "--upstream", "tested")
    assert "tested (held)" in output
    assert "the clock of a machine is wrong" in output
    assert "tried again in" in output
    (row,) = json.loads(run("status", "--upstream", "tested", "--json"))["upstreams"]
    assert (row["held"]["cause"], row["held"]["refusals"], row["paused"]) == ("clock", 1, False)


def test_the_command_lifts_it() -> None:
    assert "is at version" in run("resume", "tested", "--reason", "NTP runs", "--author", "ada")
    assert not Upstream.objects.get(name="tested").is_held
    assert "stays at version" in run("resume", "tested", "--reason", "again", "--author", "ada")


def test_the_history_says_the_system_and_the_operator() -> None:
    run("resume", "tested", "--reason", "NTP runs", "--author", "ada")
    output = run("history", "tested")
    assert "system" in output
    assert "ada" in output
    run("diff", "tested", "1")


def test_the_control_page_shows_and_lifts_it(operator: User) -> None:
    office = signed_in(operator)
    address = reverse("admin:limiter_upstream_control", args=["tested"])
    page = office.get(address).content.decode()
    assert "the clock of a machine is wrong" in page
    assert "Resume" in page
    office.post(address, {"do": "resume", "reason": "NTP runs"})
    assert not Upstream.objects.get(name="tested").is_held
    newest = ConfigVersion.objects.filter(upstream="tested").latest("version")
    assert (newest.author, newest.reason) == (operator.get_username(), "NTP runs")
    assert "Held by itself since" not in Client.get(office, address).content.decode()
