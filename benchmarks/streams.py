"""Memory for each Bedrock call in flight: `python -m benchmarks.streams [calls]`.

Opens real boto3 streams against the simulator, which runs in a process of its own, and reads this
process's resident memory before and while all of them are in the middle of their answers. Beside
it, in the same run: the same streams read by boto3 alone, without the provider around it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import boto3
from botocore.config import Config

from feedback.development.simulator import SimulatorControl, SimulatorProcess
from feedback.development.simulator.serving.certificate import self_signed
from feedback.providers.base import Call, ProviderError, SectionRequest
from feedback.providers.bedrock import BedrockProvider, BedrockSettings

AIM_MB = 0.5
SLOWLY = {"first_token": {"low": 0, "high": 1}, "per_output_token": {"low": 1, "high": 1}}
SETTLE_SECONDS = 5.0  # of pieces arriving before the memory is read
SECTION = SectionRequest("The library was closed on Monday because nobody had paid the heating. " * 60)


def settings(url: str, calls: int) -> BedrockSettings:
    return BedrockSettings(
        model="m", region="eu-central-1", endpoint_url=url, simulated=True,
        access_key_id="access", secret_access_key="secret", slots=calls,  # noqa: S106 - the simulator's
    )  # fmt: skip


def resident_mb() -> float:
    gc.collect()
    match = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert match is not None
    return int(match[1]) / 1024


def provider_reader(url: str, calls: int) -> Callable[[], None]:
    provider = BedrockProvider(settings(url, calls))

    def read() -> None:
        try:
            for _ in provider.stream(SECTION, Call()):
                pass
        except ProviderError:
            pass  # the simulator was stopped: the measurement is over

    return read


def plain_reader(url: str, calls: int) -> Callable[[], None]:
    arguments = BedrockProvider(settings(url, calls)).arguments(SECTION, Call())
    client = boto3.client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=url,
        aws_access_key_id="access", aws_secret_access_key="secret",  # noqa: S106 - the simulator's
        config=Config(max_pool_connections=calls, retries={"total_max_attempts": 1}, read_timeout=300),
    )  # fmt: skip

    def read() -> None:
        try:
            for _ in client.converse_stream(**arguments)["stream"]:
                pass
        except Exception:
            return  # the simulator was stopped: the measurement is over

    return read


READERS = {"provider": provider_reader, "boto3 alone": plain_reader}


def measure(name: str, url: str, calls: int, results: multiprocessing.Queue[tuple[float, float]]) -> None:
    """In a process of its own: one call to warm everything up, then all of them at once."""
    control = SimulatorControl(url)
    read = READERS[name](url, calls)
    control.change(latency={"total": {"low": 0, "high": 0}})
    read()
    idle = resident_mb()
    control.change(latency=SLOWLY)
    for _ in range(calls):
        threading.Thread(target=read, daemon=True).start()
    while control.stats()["in_flight"] < calls:
        time.sleep(0.1)
    time.sleep(SETTLE_SECONDS)
    results.put((idle, resident_mb()))


def measure_apart(name: str, calls: int, certificate: Path | None) -> tuple[float, float]:
    spawn = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[tuple[float, float]] = spawn.Queue()
    with SimulatorProcess(certificate=certificate) as simulator:
        process = spawn.Process(target=measure, args=(name, simulator.url, calls, results))
        process.start()
        try:
            return results.get(timeout=300)
        finally:
            process.kill()
            process.join()


def main(calls: int) -> None:
    print(f"Memory with {calls} streams open at once (aim: at most {AIM_MB} MB for each)")
    with tempfile.TemporaryDirectory() as folder:
        certificate = self_signed(Path(folder))
        os.environ["AWS_CA_BUNDLE"] = str(certificate)
        for name in READERS:
            for transport, used in (("TLS", certificate), ("HTTP", None)):
                idle, busy = measure_apart(name, calls, used)
                each = (busy - idle) / calls
                row = f"{name:<11} {transport:<4} {idle:5.1f} MB idle, {busy:5.1f} MB busy"
                print(f"  {row}: {each:.3f} MB each")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
