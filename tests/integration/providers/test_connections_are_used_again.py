"""A connection carries one call after another, and none is left open."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from feedback.providers.base import AccountRefused, Call, ProviderError
from feedback.providers.openai_compatible import CompatibleSettings
from feedback.providers.openai_compatible.provider import CompatibleProvider
from tests.chat_answers import by_tool
from tests.chat_server import DONE, ChatServer, Hang, Head, Wait, event, reply, stream

from .conftest import PATIENCE, REQUEST, Running, wait_until


def test_calls_after_each_other_share_a_connection(server: ChatServer, provider: CompatibleProvider) -> None:
    server.plays(stream(*by_tool()))
    for _ in range(4):
        list(provider.stream(REQUEST, Call()))
    assert (len(server.received), server.connections) == (4, 1)


def test_an_error_leaves_the_connection_to_the_next_call(
    server: ChatServer, provider: CompatibleProvider
) -> None:
    server.plays(reply(503, {"error": "busy"}), stream(*by_tool()))
    with pytest.raises(ProviderError):
        list(provider.stream(REQUEST, Call()))
    list(provider.stream(REQUEST, Call()))
    assert server.connections == 1


def test_a_connection_that_the_server_keeps_waiting_is_given_up(
    server: ChatServer, provider: CompatibleProvider
) -> None:
    server.plays([Head(), *map(event, by_tool()), event("[DONE]"), Hang()], stream(*by_tool()))
    for _ in range(2):
        list(provider.stream(REQUEST, Call()))
    assert server.connections == 2
    assert event("[DONE]").data == DONE


def test_more_calls_than_slots_open_connections_rather_than_wait(
    server: ChatServer, settings: CompatibleSettings
) -> None:
    go = threading.Event()
    first, *others = by_tool()
    server.plays([Head(), event(first), Wait(go), *stream(*others)[1:]])
    provider = CompatibleProvider(replace(settings, slots=1))
    calls = [Running(provider) for _ in range(3)]
    assert all(each.accepted.wait(PATIENCE) for each in calls)
    go.set()
    assert all(each.ends() and each.finished for each in calls)
    provider.close()


def test_a_refusal_of_the_account_does_not_end_the_calls_under_way(
    server: ChatServer, provider: CompatibleProvider
) -> None:
    go = threading.Event()
    first, *others = by_tool()
    server.plays(
        [Head(), event(first), Wait(go), *stream(*others)[1:]],
        reply(401, {"error": {"code": "invalid_api_key", "message": "no"}}),
    )
    under_way = Running(provider)
    assert under_way.accepted.wait(PATIENCE)
    with pytest.raises(AccountRefused):
        list(provider.stream(REQUEST, Call()))
    go.set()
    assert under_way.ends()
    assert under_way.finished


def test_closing_leaves_no_connection_open(server: ChatServer, provider: CompatibleProvider) -> None:
    server.plays(stream(*by_tool()))
    list(provider.stream(REQUEST, Call()))
    provider.close()
    wait_until(lambda: server.open == 0)
    list(provider.stream(REQUEST, Call()))  # with a new one
    assert server.connections == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "socks5://127.0.0.1:1"), ("HTTP_PROXY", "gopher://x"), ("SSL_CERT_FILE", "/no")],
)
def test_an_environment_that_can_not_work_concerns_the_account(
    provider: CompatibleProvider, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(AccountRefused) as caught:
        list(provider.stream(REQUEST, Call()))
    assert caught.value.cause == "address"


def test_no_server_at_all_concerns_the_moment(settings: CompatibleSettings) -> None:
    provider = CompatibleProvider(replace(settings, base_url="http://127.0.0.1:1/v1"))
    with pytest.raises(ProviderError) as caught:
        list(provider.stream(REQUEST, Call()))
    assert caught.value.cause == "connection"
    provider.close()
