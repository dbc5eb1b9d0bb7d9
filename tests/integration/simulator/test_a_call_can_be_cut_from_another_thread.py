"""Aborts, deadlines and closed iterators: a read that blocks ends at once, and only that one."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.development.simulator import Simulator
from feedback.development.simulator.serving.certificate import self_signed
from feedback.providers.base import Aborted, Accepted, Call, Finished, SectionRequest, TimedOut
from feedback.providers.bedrock import BedrockProvider, BedrockSettings

NOTHING_YET = {"total": {"low": 3600, "high": 3600}}
STALLED = {"first_token": {"low": 0, "high": 0}, "per_output_token": {"low": 3600, "high": 3600}}
PATIENCE = 60  # seconds; every time-out of the client's own is longer


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition never came true"
        time.sleep(0.02)


@pytest.fixture
def patient(settings: BedrockSettings) -> BedrockSettings:
    """Nothing ends a call but what the test does."""
    return replace(settings, read_timeout=3600, total_timeout=3600)


class Running:
    """A call that a thread of its own reads to its end."""

    def __init__(self, provider: BedrockProvider, section: SectionRequest) -> None:
        self.call = Call()
        self.accepted = threading.Event()
        self.error: BaseException | None = None
        self.finished = False
        self._thread = threading.Thread(target=self._read, args=(provider, section), daemon=True)
        self._thread.start()

    def _read(self, provider: BedrockProvider, section: SectionRequest) -> None:
        try:
            for event in provider.stream(section, self.call):
                if isinstance(event, Accepted):
                    self.accepted.set()
                self.finished = isinstance(event, Finished)
        except BaseException as error:
            self.error = error

    def ends(self) -> bool:
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()


def test_an_abort_ends_a_call_that_waits_for_its_first_byte(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    simulator.change(latency=NOTHING_YET)
    running = Running(BedrockProvider(patient), section)
    wait_until(lambda: simulator.stats()["in_flight"] == 1)
    running.call.abort()
    assert running.ends()
    assert isinstance(running.error, Aborted)
    wait_until(lambda: simulator.stats()["in_flight"] == 0)


def test_an_abort_ends_a_call_in_the_middle_of_its_answer(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    simulator.change(latency=STALLED)
    running = Running(BedrockProvider(patient), section)
    assert running.accepted.wait(PATIENCE)
    running.call.abort()
    assert running.ends()
    assert isinstance(running.error, Aborted)


def test_an_abort_ends_a_call_that_a_dead_server_holds(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    simulator.change(outage="hang")
    running = Running(BedrockProvider(patient), section)
    wait_until(lambda: simulator.stats()["requests"] == 1)
    running.call.abort()
    assert running.ends()
    assert isinstance(running.error, Aborted)


def test_an_abort_leaves_the_other_calls_of_the_same_client_alone(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    simulator.change(latency=STALLED)
    provider = BedrockProvider(patient)
    first, second, third = (Running(provider, section) for _ in range(3))
    wait_until(lambda: simulator.stats()["in_flight"] == 3)
    second.call.abort()
    assert second.ends()
    simulator.change(speed=1e9)
    assert first.ends()
    assert third.ends()
    assert (first.error, third.error) == (None, None)
    assert first.finished
    assert third.finished


def test_an_abort_that_comes_after_the_end_does_not_reach_the_next_call_on_the_connection(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    provider = BedrockProvider(patient)
    over = Running(provider, section)
    assert over.ends()
    simulator.change(latency=STALLED)
    following = Running(provider, section)
    assert following.accepted.wait(PATIENCE)
    over.call.abort()
    simulator.change(speed=1e9)
    assert following.ends()
    assert following.error is None


def test_the_total_time_ends_a_call_that_still_waits(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    simulator.change(latency=STALLED)
    running = Running(BedrockProvider(replace(patient, total_timeout=1.5)), section)
    assert running.ends()
    assert isinstance(running.error, TimedOut)
    assert "1.5 s" in str(running.error)


def test_the_total_time_ends_a_call_that_trickles(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    trickle = {"first_token": {"low": 0, "high": 0}, "per_output_token": {"low": 0.2, "high": 0.2}}
    simulator.change(latency=trickle, slow_factor=2)
    running = Running(BedrockProvider(replace(patient, total_timeout=2, read_timeout=2)), section)
    assert running.ends()
    assert isinstance(running.error, TimedOut)
    assert running.accepted.is_set()


def test_silence_between_two_pieces_ends_a_call_too(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    simulator.change(latency=STALLED)
    running = Running(BedrockProvider(replace(patient, read_timeout=0.5)), section)
    assert running.ends()
    assert isinstance(running.error, TimedOut)
    assert running.accepted.is_set()


def test_closing_the_iterator_hangs_up(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    simulator.change(latency=STALLED)
    events = BedrockProvider(patient).stream(section, Call())
    assert next(events) == Accepted()
    events.close()  # type: ignore[attr-defined]
    wait_until(lambda: simulator.stats()["in_flight"] == 0)
    assert simulator.stats()["disconnected"] == 1


def test_hundreds_of_calls_share_one_watching_thread(
    simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    simulator.change(latency=STALLED)
    provider = BedrockProvider(replace(patient, slots=100))
    before = threading.active_count()
    with ThreadPoolExecutor(100) as pool:
        calls = [Call() for _ in range(100)]
        ends = [pool.submit(_outcome, provider, section, call) for call in calls]
        wait_until(lambda: simulator.stats()["in_flight"] == 100)
        assert threading.active_count() <= before + 100 + 1
        for call in calls:
            call.abort()
        assert {end.result(PATIENCE) for end in ends} == {Aborted}
    provider.close()


def _outcome(provider: BedrockProvider, section: SectionRequest, call: Call) -> type[BaseException] | None:
    try:
        list(provider.stream(section, call))
    except Aborted as error:
        return type(error)
    return None


@pytest.fixture
def tls_simulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Simulator(tls=context, latency=STALLED) as running:
        yield running


@pytest.mark.parametrize("latency", [NOTHING_YET, STALLED], ids=["before the first byte", "in the middle"])
def test_under_tls_an_abort_ends_a_blocked_read_just_the_same(
    tls_simulator: Simulator, patient: BedrockSettings, section: SectionRequest, latency: dict[str, object]
) -> None:
    tls_simulator.change(latency=latency)
    running = Running(BedrockProvider(replace(patient, endpoint_url=tls_simulator.url)), section)
    wait_until(lambda: tls_simulator.stats()["in_flight"] == 1)
    if latency is STALLED:
        assert running.accepted.wait(PATIENCE)
    running.call.abort()
    assert running.ends()
    assert isinstance(running.error, Aborted)


def test_under_tls_a_call_that_is_not_cut_runs_to_its_end(
    tls_simulator: Simulator, patient: BedrockSettings, section: SectionRequest
) -> None:
    tls_simulator.change(speed=1e9)
    *_, last = BedrockProvider(replace(patient, endpoint_url=tls_simulator.url)).stream(section, Call())
    assert isinstance(last, Finished)
