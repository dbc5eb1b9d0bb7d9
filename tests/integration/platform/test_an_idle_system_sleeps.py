"""What nothing is asked of wakes up seldom, and asks its stores little."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.env import BASE_DIR
from feedback.dispatch.reconcile import Reconciler
from feedback.operations import heartbeats
from limiter.gates import redis_of_queues
from limiter.models import Upstream
from tests.running import wait_until

SERVE = """
import asyncio, sys
from uvicorn import Config
from config.web import WebServer

async def application(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})

WebServer(Config(application, port=0, lifespan="off", log_level="info")).run()
"""
WATCHED_SECONDS = 3.0


@pytest.mark.django_db
def test_a_pass_that_finds_nothing_asks_little() -> None:
    reconciler = Reconciler(patience=40)
    reconciler.run_once()  # the first also does what is due once in an hour
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert not reconciler.run_once()
    assert len(asked) <= 16 + Upstream.objects.count()


@pytest.mark.django_db
def test_a_duty_that_leaves_word_connects_once() -> None:
    redis = redis_of_queues()
    heartbeats.beat("reconcile", every=10)
    before = redis.info("stats")["total_connections_received"]
    for _ in range(3):
        heartbeats.beat("reconcile", every=10)
    assert redis.info("stats")["total_connections_received"] == before


def test_the_web_server_sleeps_and_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen([sys.executable, "-c", SERVE], cwd=BASE_DIR, stderr=output) as process,
    ):
        try:
            wait_until(lambda: "Uvicorn running" in log.read_text(), "it serves")
            server, began = psutil.Process(process.pid), time.monotonic()
            before = server.num_ctx_switches().voluntary
            time.sleep(WATCHED_SECONDS)
            wake_ups = server.num_ctx_switches().voluntary - before
            assert wake_ups < 5 * (time.monotonic() - began), "uvicorn's own server has ten in a second"
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) in (0, -signal.SIGTERM)
        finally:
            process.kill()
