"""litellm's proxy before a simulator: a server of chat completions that is not ours.

It takes a minute to start on a slow machine, so a fixture of a module or a session should hold it.
"""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.supervisor.ports import free_port
from tests.foreign.environment import environment, python_with

START_SECONDS = 400
BY_CHAT, BY_CONVERSE = "local", "claude"  # the models that it offers, by what they are asked through
_CLAUDE = "bedrock/converse/eu.anthropic.claude-sonnet-4-5-20250929-v1:0"


@dataclass(frozen=True)
class LitellmProxy:
    url: str  # without /v1
    key: str
    log: Path


@contextmanager
def litellm_proxy(simulator_url: str, folder: Path) -> Iterator[LitellmProxy]:
    """Run the proxy, in a process of its own, until the block is left. Skips where it isn't installed."""
    python, port = python_with("installed"), free_port(0)
    configuration, log = folder / "litellm.json", folder / "litellm.log"
    key = f"sk-{secrets.token_hex(32)}"  # it doesn't start without one that is hard to guess
    configuration.write_text(json.dumps(_configuration(simulator_url, key)))  # JSON is YAML
    command: list[str | Path] = [
        python.with_name("litellm"), "--config", configuration, "--host", "127.0.0.1", "--port", str(port),
        "--telemetry", "False",
    ]  # fmt: skip
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment(), cwd=folder, stdout=output, stderr=output)
        proxy = LitellmProxy(f"http://127.0.0.1:{port}", key, log)
        try:
            _wait(process, proxy)
            yield proxy
        finally:
            _end(process)


def _configuration(simulator_url: str, key: str) -> dict[str, Any]:
    chat = {"model": "openai/simulated", "api_base": f"{simulator_url}/v1", "api_key": "key"}
    converse = {
        "model": _CLAUDE, "aws_bedrock_runtime_endpoint": simulator_url, "aws_region_name": "eu-central-1",
        "aws_access_key_id": "access", "aws_secret_access_key": "secret",
    }  # fmt: skip
    models = {BY_CHAT: chat, BY_CONVERSE: converse}
    return {
        "model_list": [{"model_name": name, "litellm_params": chosen} for name, chosen in models.items()],
        "general_settings": {"master_key": key},
        "router_settings": {"num_retries": 0},
    }


def _wait(process: subprocess.Popen[bytes], proxy: LitellmProxy) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{proxy.url}/health/liveliness", timeout=30):  # noqa: S310 - our own
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError(f"The proxy did not start: {proxy.log.read_text()[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
