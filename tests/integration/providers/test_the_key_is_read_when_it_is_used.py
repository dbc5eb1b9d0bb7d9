"""The key comes from the environment or a file at each call, and is shown nowhere."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.providers.base import AccountRefused, Call, Finished, ProviderError
from feedback.providers.openai_compatible import CompatibleSettings
from feedback.providers.openai_compatible.provider import CompatibleProvider
from tests.chat_answers import by_tool
from tests.chat_server import ChatServer, reply, stream

from .conftest import REQUEST

KEY = "sk-verysecret-0123456789"


@pytest.fixture
def settings(settings: CompatibleSettings) -> CompatibleSettings:
    return replace(settings, api_key_variable="CAMPUS_KEY")


def sent_key(server: ChatServer) -> str | None:
    return server.received[-1].headers.get("authorization")


def refused(provider: CompatibleProvider) -> AccountRefused:
    with pytest.raises(AccountRefused) as caught:
        list(provider.stream(REQUEST, Call()))
    return caught.value


def test_the_key_of_the_moment_is_sent(
    server: ChatServer, provider: CompatibleProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.plays(stream(*by_tool()))
    for key in (KEY, "another"):
        monkeypatch.setenv("CAMPUS_KEY", f" {key}\n")
        list(provider.stream(REQUEST, Call()))
        assert sent_key(server) == f"Bearer {key}"


def test_a_key_in_a_file_can_be_changed_while_it_runs(
    server: ChatServer, settings: CompatibleSettings, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    provider = CompatibleProvider(replace(settings, api_key_variable="", api_key_file=str(file)))
    server.plays(stream(*by_tool()))
    assert refused(provider).cause == "credentials_missing"
    file.write_text(f"{KEY}\n")
    list(provider.stream(REQUEST, Call()))
    assert sent_key(server) == f"Bearer {KEY}"
    provider.close()


@pytest.mark.parametrize("value", [None, "", "  ", "two words", "clé", "a\x00b", "k" * 9000])
def test_what_is_no_key_is_never_sent(
    server: ChatServer, provider: CompatibleProvider, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("CAMPUS_KEY", raising=False)
    elif "\x00" in value:
        monkeypatch.setattr("os.environ", {"CAMPUS_KEY": value})
    else:
        monkeypatch.setenv("CAMPUS_KEY", value)
    error = refused(provider)
    assert error.cause == "credentials_missing"
    assert "CAMPUS_KEY" in str(error)
    assert value is None or not value.strip() or value not in str(error)
    assert server.connections == 0


def test_a_file_that_is_no_text_is_no_key(settings: CompatibleSettings, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00")
    provider = CompatibleProvider(replace(settings, api_key_variable="", api_key_file=str(file)))
    assert refused(provider).cause == "credentials_missing"
    provider = CompatibleProvider(replace(settings, api_key_variable="", api_key_file=str(tmp_path)))
    assert refused(provider).cause == "credentials_missing"


def test_a_server_that_asks_for_no_key_gets_none_whatever_the_environment_holds(
    server: ChatServer, settings: CompatibleSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    provider = CompatibleProvider(replace(settings, api_key_variable=""))
    server.plays(stream(*by_tool()))
    *_, last = provider.stream(REQUEST, Call())
    assert isinstance(last, Finished)
    assert KEY not in str(server.received)
    provider.close()


def test_organisation_and_headers_of_the_settings_are_sent(
    server: ChatServer, settings: CompatibleSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPUS_KEY", KEY)
    server.plays(stream(*by_tool()))
    provider = CompatibleProvider(replace(settings, organisation="org-1", headers={"X-Team": "writing"}))
    list(provider.stream(REQUEST, Call()))
    headers = server.received[-1].headers
    assert (headers["openai-organization"], headers["x-team"]) == ("org-1", "writing")
    provider.close()


def test_a_key_that_a_server_echoes_is_shown_nowhere(
    server: ChatServer,
    provider: CompatibleProvider,
    settings: CompatibleSettings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CAMPUS_KEY", KEY)
    for script in (
        reply(401, {"error": {"message": f"Received API Key = {KEY}", "code": "401"}}),
        reply(401, f"no such key: {KEY}", {"Content-Type": "text/plain"}),
        stream({"error": {"message": f"bad {KEY}"}}),
    ):
        server.plays(script)
        with pytest.raises(ProviderError) as caught:
            list(provider.stream(REQUEST, Call()))
        assert KEY not in f"{caught.value!r} {caught.value} {caught.value.reply}"
        assert caught.value.__suppress_context__
    assert KEY not in caplog.text
    assert KEY not in f"{provider.settings!r} {vars(provider)!r}"


def test_after_a_refusal_the_next_call_needs_no_restart(
    server: ChatServer, provider: CompatibleProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPUS_KEY", "old")
    server.plays(reply(401, {"error": {"code": "invalid_api_key", "message": "no"}}), stream(*by_tool()))
    assert refused(provider).cause == "credentials_unknown"
    monkeypatch.setenv("CAMPUS_KEY", KEY)
    *_, last = provider.stream(REQUEST, Call())
    assert isinstance(last, Finished)
    assert sent_key(server) == f"Bearer {KEY}"
    assert (
        server.connections == 2
    )  # with a client of its own, as proxies and addresses are looked up anew too
