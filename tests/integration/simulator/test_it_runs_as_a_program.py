"""`python -m feedback.development.simulator`, a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from feedback.development.simulator import SimulatorProcess
from feedback.providers.base import Accepted, Call, Finished, SectionRequest, Unavailable
from feedback.providers.bedrock import BedrockProvider, BedrockSettings

PROGRAM = [sys.executable, "-m", "feedback.development.simulator"]


def test_it_answers_with_the_settings_it_was_given(
    settings: BedrockSettings, section: SectionRequest
) -> None:
    with SimulatorProcess(seed=3, latency={"total": {"low": 0, "high": 0}}) as process:
        assert process.settings()["seed"] == 3
        provider = BedrockProvider(replace(settings, endpoint_url=process.url))
        *_, last = provider.stream(section, Call())
        provider.close()
        assert isinstance(last, Finished)
        assert process.stats()["completed"] == 1


def test_it_ends_cleanly_when_asked_to() -> None:
    with SimulatorProcess() as process:
        process._process.send_signal(signal.SIGTERM)
        assert process._process.wait(60) == 0


def test_when_it_is_killed_a_stream_that_had_begun_is_no_answer(
    settings: BedrockSettings, section: SectionRequest
) -> None:
    stalled = {"first_token": {"low": 0, "high": 0}, "per_output_token": {"low": 3600, "high": 3600}}
    with SimulatorProcess(latency=stalled) as process:
        provider = BedrockProvider(replace(settings, endpoint_url=process.url))
        events = provider.stream(section, Call())
        assert next(events) == Accepted()
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(Unavailable):
            list(events)
        provider.close()


@pytest.mark.parametrize("settings", ['{"sped": 2}', "no json"])
def test_settings_that_make_no_sense_stop_the_start(settings: str) -> None:
    ended = subprocess.run([*PROGRAM, "--settings", settings], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "settings are not valid" in ended.stderr


def test_a_port_that_is_taken_is_named_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run([*PROGRAM, "--port", port], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert port in ended.stderr
