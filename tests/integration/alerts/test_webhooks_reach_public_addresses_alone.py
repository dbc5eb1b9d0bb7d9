"""A webhook's address, typed by an operator or led by its name's owner, opens nothing of our own network."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from pytest_django import Settings

from feedback.base import posting
from feedback.base.outward import may_be_reached
from feedback.base.sending import NotSent
from tests.integration.alerts.conftest import Inbox

INWARD = [
    "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.1", "224.0.0.1", "::1", "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1",
]  # fmt: skip


@pytest.fixture
def nothing_is_allowed(settings: Settings) -> Settings:
    settings.ALERTS_NETWORKS = []
    return settings


@pytest.mark.parametrize("address", INWARD)
def test_no_address_that_leads_inward_is_reached(address: str) -> None:
    assert not may_be_reached(address, [])


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_reached(address: str) -> None:
    assert may_be_reached(address, [])


def test_nothing_is_sent_inward_and_trying_again_is_no_use(
    nothing_is_allowed: Settings, inbox: Inbox
) -> None:
    with pytest.raises(NotSent, match="not a public address") as refused:
        posting.post(f"{inbox.url}/hook", b"{}")
    assert refused.value.permanent
    assert inbox.requests == []


def test_a_name_that_leads_elsewhere_between_two_questions_gains_nothing(
    nothing_is_allowed: Settings, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was answered before: the connection that is made is looked at."""
    real, port = socket.getaddrinfo, int(inbox.url.rpartition(":")[2])

    def rebinding(host: str, *more: Any, **others: Any) -> Any:
        return real("127.0.0.1" if host == "hooks.example.com" else host, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(NotSent, match=r"hooks\.example\.com is 127\.0\.0\.1"):
        posting.post(f"http://hooks.example.com:{port}/hook", b"{}")
    assert inbox.requests == []


def test_a_network_that_the_setting_names_is_reached(nothing_is_allowed: Settings, inbox: Inbox) -> None:
    nothing_is_allowed.ALERTS_NETWORKS = ["127.0.0.0/8"]
    posting.post(f"{inbox.url}/hook", b"{}")
    assert len(inbox.requests) == 1
