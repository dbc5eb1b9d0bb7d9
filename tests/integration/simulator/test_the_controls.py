"""What can be changed and counted while the simulator runs."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import EventStreamError

from feedback.development.simulator import Simulator

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Arguments = Callable[..., dict[str, Any]]
ENDLESS = {"first_token": {"low": 0, "high": 0}, "per_output_token": {"low": 3600, "high": 3600}}


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition never came true"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sped": 2}, "sped: Extra inputs"),
        ({"speed": 0}, "speed: Input should be greater than 0"),
        ({"latency": {"total": {"low": 6, "high": 2}}}, r"low \(6\) is above high \(2\)"),
        ({"errors": {"ThrottlingException": 0.7, "ModelErrorException": 0.7}}, "add up to 1.4"),
        ({"errors": {"NoSuchException": 0.1}}, "errors.NoSuchException"),
        ({"outage": "sometimes"}, "outage"),
        ({"quota": {"requests_per_minute": 0}}, "quota.requests_per_minute"),
    ],
)
def test_nonsense_is_refused_with_its_name_and_changes_nothing(
    simulator: Simulator, changes: dict[str, Any], words: str
) -> None:
    before = simulator.settings()
    with pytest.raises(ValueError, match=words):
        simulator.change(**changes)
    assert simulator.settings() == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/_sim/settings", "no json", 400),
        ("PUT", "/_sim/settings", "[]", 400),
        ("POST", "/_sim/settings", "{}", 404),
        ("GET", "/_sim/nothing", None, 404),
        ("GET", "/model/m/converse", None, 404),
        ("POST", "/elsewhere", "{}", 404),
    ],
)
def test_a_request_for_nothing_that_is_there_is_not_found(
    simulator: Simulator, method: str, path: str, body: str | None, status: int
) -> None:
    connection = http.client.HTTPConnection(urlsplit(simulator.url).netloc, timeout=30)
    connection.request(method, path, body)
    assert connection.getresponse().status == status
    connection.close()


def test_settings_that_are_not_named_stay_as_they_are(simulator: Simulator) -> None:
    simulator.change(seed=5, quota={"requests_per_minute": 9})
    changed = simulator.change(slow_factor=2)
    assert (changed["seed"], changed["quota"]["requests_per_minute"], changed["slow_factor"]) == (5, 9, 2)


def test_many_streams_run_at_once_and_the_most_at_once_is_remembered(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(latency={"total": {"low": 3600, "high": 3600}})
    with ThreadPoolExecutor(10) as pool:
        calls = [
            pool.submit(lambda: list(client.converse_stream(**converse_arguments())["stream"]))
            for _ in range(10)
        ]
        wait_until(lambda: simulator.stats()["in_flight"] == 10)
        simulator.change(speed=1e6)
        assert all(call.result(60) for call in calls)
    stats = simulator.stats()
    assert (stats["in_flight"], stats["in_flight_high"], stats["completed"]) == (0, 10, 10)


def test_counting_can_begin_again(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    client.converse(**converse_arguments())
    assert simulator.stats()["completed"] == 1
    simulator.forget()
    stats = simulator.stats()
    assert (stats["requests"], stats["completed"], stats["tokens"]) == (0, 0, {})


def test_a_client_that_hangs_up_ends_its_call(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(latency=ENDLESS)
    stream = client.converse_stream(**converse_arguments())["stream"]
    next(iter(stream))
    stream.close()
    wait_until(lambda: simulator.stats()["in_flight"] == 0)
    assert simulator.stats()["disconnected"] == 1


def test_an_outage_can_end_the_streams_that_had_begun(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(latency=ENDLESS)
    with closing(client.converse_stream(**converse_arguments())["stream"]) as stream:
        next(iter(stream))
        simulator.change(outage="unavailable", outage_breaks_streams=True)
        with pytest.raises(EventStreamError, match="serviceUnavailableException"):
            list(stream)


def test_a_longer_call_takes_longer_and_speed_makes_up_for_it(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    """By the service's own clock, as the machine's may stall."""
    simulator.change(latency={"total": {"low": 100, "high": 101}}, slow_factor=3, speed=1000)
    latency = client.converse(**converse_arguments())["metrics"]["latencyMs"]
    assert latency >= 300_000


def test_stopping_hangs_up_on_all_clients_and_frees_the_port() -> None:
    with Simulator(latency=ENDLESS) as first:
        port = urlsplit(first.url).port or 0
        connection = http.client.HTTPConnection(urlsplit(first.url).netloc, timeout=30)
        connection.request("GET", "/_sim/stats")
        connection.getresponse().read()
    assert connection.sock.recv(1) == b""
    connection.close()
    with Simulator(port=port) as second:
        assert second.stats()["requests"] == 0
