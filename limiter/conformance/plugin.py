"""The plugin that pytest loads by itself wherever the distribution is installed (entry point pytest11)."""

from __future__ import annotations

from importlib import import_module

import pytest

OPTION = "--gate-backend"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("limiter", "conformance of a backend of the gate (limiter.conformance)")
    group.addoption(OPTION, metavar="MODULE:NAME", help="a Backend, or a function that gives one")


@pytest.hookimpl
def pytest_configure() -> None:
    pytest.register_assert_rewrite("limiter.conformance")


@pytest.fixture
def gate_backend(request: pytest.FixtureRequest) -> object:
    """The backend under test, by the option; or a fixture of this name in its place."""
    named = request.config.getoption(OPTION)
    if not named:
        pytest.fail(f"which backend? {OPTION}=MODULE:NAME, or a fixture gate_backend", pytrace=False)
    module, _, name = named.partition(":")
    found = getattr(import_module(module), name)
    return found() if callable(found) else found
