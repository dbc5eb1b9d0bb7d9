from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

NAME = "SOME_VARIABLE"


@pytest.mark.parametrize(
    ("raw", "read", "value"),
    [
        ("7", lambda: env.integer(NAME, 3), 7),
        ("", lambda: env.integer(NAME, 3), 3),
        ("1.5", lambda: env.number(NAME, 3), 1.5),
        ("", lambda: env.optional_number(NAME), None),
        ("2", lambda: env.optional_integer(NAME), 2),
        (" Yes ", lambda: env.boolean(NAME, default=False), True),
        ("off", lambda: env.boolean(NAME, default=True), False),
        ("", lambda: env.boolean(NAME, default=True), True),
        ("b", lambda: env.choice(NAME, "a", ("a", "b")), "b"),
        ("one, two,,", lambda: env.words(NAME), ["one", "two"]),
        ("redis://host:6379/1", lambda: env.url(NAME, ("redis",)), "redis://host:6379/1"),
        ("unix:///tmp/redis.sock?db=2", lambda: env.url(NAME, ("unix",)), "unix:///tmp/redis.sock?db=2"),
        ("", lambda: env.url(NAME, ("redis",)), ""),
        ("", lambda: env.database(NAME), None),
    ],
)
def test_a_right_value_is_taken(
    monkeypatch: pytest.MonkeyPatch, raw: str, read: Callable[[], Any], value: object
) -> None:
    monkeypatch.setenv(NAME, raw)
    assert read() == value


@pytest.mark.parametrize(
    ("raw", "read", "expected"),
    [
        ("seven", lambda: env.integer(NAME, 3), "a whole number"),
        ("7.5", lambda: env.integer(NAME, 3), "a whole number"),
        ("0", lambda: env.integer(NAME, 3, minimum=1), "at least 1"),
        ("nan", lambda: env.number(NAME, 3), "a number"),
        ("inf", lambda: env.number(NAME, 3), "a number"),
        ("-1", lambda: env.optional_number(NAME), "at least 0"),
        ("maybe", lambda: env.boolean(NAME, default=False), "true or false"),
        ("c", lambda: env.choice(NAME, "a", ("a", "b")), "one of a, b"),
        ("http://host", lambda: env.url(NAME, ("redis", "rediss")), "redis://... or rediss://..."),
        ("redis://host:port", lambda: env.url(NAME, ("redis",)), "redis://..."),
        ("redis://", lambda: env.url(NAME, ("redis",)), "redis://..."),
        ("mysql://host/name", lambda: env.database(NAME), "postgres://..."),
        ("postgres://host", lambda: env.database(NAME), "postgres://user:password@host:port/name"),
        ("", lambda: env.secret(NAME), "50 random characters"),
        ("short", lambda: env.secret(NAME), "50 random characters"),
        ("a" * 60, lambda: env.secret(NAME), "50 random characters"),
        ("", lambda: env.text(NAME), "a value"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, raw: str, read: Callable[[], Any], expected: str
) -> None:
    monkeypatch.setenv(NAME, raw)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read()
    assert str(refusal.value).startswith(NAME)
    assert expected in str(refusal.value)


@pytest.mark.parametrize("reader", [env.secret, lambda name: env.url(name, ("redis",))])
def test_what_may_hold_a_password_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, reader: Callable[[str], str]
) -> None:
    monkeypatch.setenv(NAME, "http://user:hunter2@host")
    with pytest.raises(ImproperlyConfigured) as refusal:
        reader(NAME)
    assert "hunter2" not in str(refusal.value)


def test_a_database_behind_a_socket_is_written_as_libpq_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "postgres://me@/papers?host=%2Frun%2Fpostgresql&port=5433")
    settings = env.database(NAME)
    assert settings is not None
    assert (settings["HOST"], settings["PORT"], settings["USER"], settings["NAME"]) == (
        "/run/postgresql",
        5433,
        "me",
        "papers",
    )
    assert settings["OPTIONS"] == {}


def test_the_environment_goes_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("env") / ".env"
    file.write_text(f"{NAME}=from the file\nOTHER_VARIABLE=only there\n")
    monkeypatch.setenv(NAME, "from the environment")
    monkeypatch.setenv("OTHER_VARIABLE", "")
    monkeypatch.delenv("OTHER_VARIABLE")
    env.read_file(file)
    assert env.text(NAME) == "from the environment"
    assert env.text("OTHER_VARIABLE") == "only there"
