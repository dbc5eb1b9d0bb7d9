"""A Valkey and a Redis 7 of a test's own, as their words differ and a test fills, halts or demotes them."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from config.embedded.redis import binary

# Debian's package redis-tools brings the server under another name, and nothing that starts it.
REDIS_7 = shutil.which("redis-check-rdb")
SERVERS = {"valkey": str(binary()), "redis 7": REDIS_7}


@contextmanager
def running(name: str, folder: Path, port: int = 0) -> Iterator[redis.Redis]:
    program = SERVERS[name]
    if program is None:
        pytest.skip("no Redis 7 on this machine (make system)")
    socket = str(folder / "own.sock")
    settings = ("--port", str(port), "--unixsocket", socket, "--save", "", "--dir", str(folder))
    process = subprocess.Popen(
        ["redis-server", *settings], executable=program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with redis.Redis(unix_socket_path=socket) as client:
            _await(client)
            yield client
    finally:
        process.terminate()
        process.wait()


def _await(client: redis.Redis) -> None:
    for _ in range(600):
        try:
            client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start")


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[redis.Redis]:
    with running(request.param, tmp_path) as client:
        yield client


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[redis.Redis]:
    with running("valkey", tmp_path) as client:
        yield client


@pytest.fixture
def redis_7(tmp_path: Path) -> Iterator[redis.Redis]:
    with running("redis 7", tmp_path) as client:
        yield client
