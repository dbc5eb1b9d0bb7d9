"""Aborts, deadlines and closed iterators: a read that blocks ends at once, and only that one."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.development.simulator.serving.certificate import self_signed
from feedback.providers.base import Aborted, Accepted, Call, Finished, TimedOut
from feedback.providers.openai_compatible import CompatibleSettings
from feedback.providers.openai_compatible.provider import CompatibleProvider
from tests.chat_answers import by_tool, called, chunk
from tests.chat_server import ChatServer, Hang, Head, Pause, Step, Wait, event, reply, serving, stream

from .conftest import PATIENCE, REQUEST, Running, wait_until

BEFORE_THE_FIRST_BYTE: list[Step] = [Hang()]
AFTER_THE_HEADERS: list[Step] = [Head(), Hang()]
IN_THE_MIDDLE: list[Step] = [Head(), event(chunk({"role": "assistant"})), event(called('{"summ')), Hang()]
PLACES = pytest.mark.parametrize(
    "script",
    [BEFORE_THE_FIRST_BYTE, AFTER_THE_HEADERS, IN_THE_MIDDLE],
    ids=["first byte", "headers", "middle"],
)


@pytest.fixture
def settings(server: ChatServer) -> CompatibleSettings:
    """Nothing ends a call but what the test does."""
    return CompatibleSettings(model="m", base_url=f"{server.url}/v1", read_timeout=3600, total_timeout=3600)


def is_cut(running: Running, server: ChatServer) -> bool:
    """Whether an abort ends it on both sides."""
    wait_until(lambda: len(server.received) == 1)
    running.call.abort()
    assert running.ends()
    wait_until(lambda: server.left == 1)
    return isinstance(running.error, Aborted)


@PLACES
def test_an_abort_ends_a_call_wherever_it_waits(
    server: ChatServer, provider: CompatibleProvider, script: list[Step]
) -> None:
    server.plays(script)
    running = Running(provider)
    if script is IN_THE_MIDDLE:
        assert running.accepted.wait(PATIENCE)
    assert is_cut(running, server)
    assert running.accepted.is_set() is (script is IN_THE_MIDDLE)


def test_an_abort_ends_a_call_on_a_connection_that_carried_others_before(
    server: ChatServer, provider: CompatibleProvider
) -> None:
    server.plays(stream(*by_tool()), BEFORE_THE_FIRST_BYTE)
    assert Running(provider).ends()
    running = Running(provider)
    wait_until(lambda: len(server.received) == 2)
    assert server.connections == 1
    running.call.abort()
    assert running.ends()
    assert isinstance(running.error, Aborted)


def test_an_abort_that_came_before_the_call_lets_nothing_out(
    server: ChatServer, provider: CompatibleProvider
) -> None:
    call = Call()
    call.abort()
    with pytest.raises(Aborted):
        list(provider.stream(REQUEST, call))
    assert server.connections == 0


def test_an_abort_leaves_the_other_calls_of_the_same_client_alone(
    server: ChatServer, provider: CompatibleProvider
) -> None:
    go = threading.Event()
    first, *others = by_tool()
    server.plays([Head(), event(first), Wait(go), *stream(*others)[1:]])
    calls = [Running(provider) for _ in range(3)]
    assert all(each.accepted.wait(PATIENCE) for each in calls)
    calls[1].call.abort()
    assert calls[1].ends()
    go.set()
    assert calls[0].ends()
    assert calls[2].ends()
    assert [each.finished for each in calls] == [True, False, True]
    assert (calls[0].error, calls[2].error) == (None, None)


def test_an_abort_after_the_end_does_not_reach_the_next_call_on_the_connection(
    server: ChatServer, provider: CompatibleProvider
) -> None:
    go = threading.Event()
    first, *others = by_tool()
    server.plays(stream(*by_tool()), [Head(), event(first), Wait(go), *stream(*others)[1:]])
    over = Running(provider)
    assert over.ends()
    following = Running(provider)
    assert following.accepted.wait(PATIENCE)
    assert server.connections == 1
    over.call.abort()
    go.set()
    assert following.ends()
    assert following.error is None


@PLACES
def test_the_total_time_ends_a_call_wherever_it_waits(
    server: ChatServer, settings: CompatibleSettings, script: list[Step]
) -> None:
    server.plays(script)
    running = Running(CompatibleProvider(replace(settings, total_timeout=1.5)))
    assert running.ends()
    assert isinstance(running.error, TimedOut)
    assert "1.5 s" in str(running.error)


def test_the_total_time_ends_a_call_that_trickles(server: ChatServer, settings: CompatibleSettings) -> None:
    drops: list[Step] = [event(called(" ")), Pause(0.2)]
    server.plays([Head(), *drops * 5000])
    running = Running(CompatibleProvider(replace(settings, total_timeout=2, read_timeout=2)))
    assert running.ends()
    assert isinstance(running.error, TimedOut)
    assert running.accepted.is_set()


@PLACES
def test_silence_between_two_pieces_ends_a_call_too(
    server: ChatServer, settings: CompatibleSettings, script: list[Step]
) -> None:
    server.plays(script)
    running = Running(CompatibleProvider(replace(settings, read_timeout=0.5)))
    assert running.ends()
    assert isinstance(running.error, TimedOut)
    assert running.error.cause == "timed_out"


def test_closing_the_iterator_hangs_up(server: ChatServer, provider: CompatibleProvider) -> None:
    server.plays(IN_THE_MIDDLE)
    events = provider.stream(REQUEST, Call())
    assert next(events) == Accepted()
    events.close()  # type: ignore[attr-defined]
    wait_until(lambda: server.left == 1)


def test_many_calls_share_one_watching_thread(server: ChatServer, settings: CompatibleSettings) -> None:
    server.plays(BEFORE_THE_FIRST_BYTE)
    provider = CompatibleProvider(replace(settings, slots=50))
    before = threading.active_count()
    with ThreadPoolExecutor(50) as pool:
        calls = [Call() for _ in range(50)]
        ends = [pool.submit(_outcome, provider, call) for call in calls]
        wait_until(lambda: len(server.received) == 50)
        assert threading.active_count() <= before + 50 + 1
        for call in calls:
            call.abort()
        assert {end.result(PATIENCE) for end in ends} == {Aborted}


def _outcome(provider: CompatibleProvider, call: Call) -> type[BaseException] | None:
    try:
        list(provider.stream(REQUEST, call))
    except Aborted as error:
        return type(error)
    return None


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's, which the client trusts."""
    file = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
def over_tls(certificate: ssl.SSLContext) -> Iterator[ChatServer]:
    with serving([], tls=certificate) as running:
        yield running


@PLACES
def test_under_tls_an_abort_ends_a_call_just_the_same(
    over_tls: ChatServer, settings: CompatibleSettings, script: list[Step]
) -> None:
    over_tls.plays(script)
    provider = CompatibleProvider(replace(settings, base_url=f"{over_tls.url}/v1"))
    running = Running(provider)
    if script is IN_THE_MIDDLE:
        assert running.accepted.wait(PATIENCE)
    assert is_cut(running, over_tls)


def test_under_tls_a_call_that_is_not_cut_runs_to_its_end(
    over_tls: ChatServer, settings: CompatibleSettings
) -> None:
    over_tls.plays(stream(*by_tool()))
    provider = CompatibleProvider(replace(settings, base_url=f"{over_tls.url}/v1"))
    *_, last = provider.stream(REQUEST, Call())
    assert isinstance(last, Finished)
    provider.close()


@PLACES
def test_through_a_proxy_an_abort_ends_a_call_just_the_same(
    server: ChatServer, settings: CompatibleSettings, script: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.plays(script)
    running = Running(CompatibleProvider(replace(settings, base_url="http://model.campus.test/v1")))
    if script is IN_THE_MIDDLE:
        assert running.accepted.wait(PATIENCE)
    assert is_cut(running, server)
    assert server.received[0].target == "http://model.campus.test/v1/chat/completions"


@PLACES
def test_through_a_tunnel_an_abort_ends_a_call_just_the_same(
    server: ChatServer,
    settings: CompatibleSettings,
    certificate: ssl.SSLContext,
    script: list[Step],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    server.tunnels_to(certificate)
    server.plays(script)
    running = Running(CompatibleProvider(replace(settings, base_url="https://127.0.0.1:1/v1")))
    if script is IN_THE_MIDDLE:
        assert running.accepted.wait(PATIENCE)
    assert is_cut(running, server)


def test_what_no_proxy_names_is_asked_directly(
    server: ChatServer, provider: CompatibleProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server.plays(stream(*by_tool()))
    *_, last = provider.stream(REQUEST, Call())
    assert isinstance(last, Finished)


def test_an_error_answered_in_time_is_no_cut(server: ChatServer, provider: CompatibleProvider) -> None:
    server.plays(reply(503, {"error": {"message": "Loading model", "code": 503}}))
    running = Running(provider)
    assert running.ends()
    running.call.abort()
    assert not isinstance(running.error, Aborted)
