"""Faults of Redis."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress

import redis

from .scene import Scene, fault

AWAY = {"doctor": ("redis", "gate"), "doctor_may": ("workers", "scheduler", "housekeeping", "queues")}


@fault("redis-killed", extra_calls=1, halts=True, **AWAY)
def redis_killed(scene: Scene) -> None:
    """With its append-only file."""
    scene.wait_for_calls()
    with scene.stage.down("redis"):
        scene.stage.redis.kill()
        scene.last(12)
    scene.stage.bring_back("redis")


@fault("redis-lost-its-memory", extra_calls=1, halts=True, **AWAY)
def redis_lost_its_memory(scene: Scene) -> None:
    scene.wait_for_calls()
    with scene.stage.down("redis"):
        scene.stage.redis.kill()
        scene.stage.redis.forget()
        scene.last(8)
    scene.stage.bring_back("redis")


@fault("redis-flushed", extra_calls=1)
def redis_flushed(scene: Scene) -> None:
    scene.wait_for_calls(3)
    with scene.stage.redis.client() as client:
        client.flushall()


@fault("redis-without-functions", extra_calls=0)
def redis_without_functions(scene: Scene) -> None:
    scene.wait_for_calls()
    with scene.stage.redis.client() as client:
        client.execute_command("FUNCTION", "FLUSH")


@fault("redis-full", extra_calls=1, doctor_may=("redis", "gate", "scheduler", "housekeeping", "workers"))
def redis_full(scene: Scene) -> None:
    _set_for(scene, 15, maxmemory="1mb")


@fault("redis-read-only", extra_calls=1, doctor_may=("redis", "gate", "scheduler", "housekeeping", "workers"))
def redis_read_only(scene: Scene) -> None:
    """A replica of a server that is not there: it reads, and refuses to write."""
    with scene.stage.redis.client() as client:
        client.execute_command("REPLICAOF", "127.0.0.1", "1")
        client.config_set("replica-serve-stale-data", "yes")
        scene.last(15)
        client.execute_command("REPLICAOF", "NO", "ONE")


@fault(
    "redis-without-replicas",
    extra_calls=1,
    doctor_may=("redis", "gate", "scheduler", "housekeeping", "workers"),
)
def redis_without_replicas(scene: Scene) -> None:
    """NOREPLICAS: every write is refused."""
    _set_for(scene, 15, **{"min-replicas-to-write": "1"})


@fault("redis-busy", extra_calls=1, doctor_may=("redis", "gate", "scheduler", "housekeeping", "workers"))
def redis_busy(scene: Scene) -> None:
    """A script of somebody else that runs for long: BUSY."""
    with scene.stage.redis.client() as client:
        client.config_set("busy-reply-threshold", "200")
    spinning = threading.Thread(target=_spin, args=(scene,), daemon=True)
    spinning.start()
    scene.last(12)
    with suppress(redis.RedisError), scene.stage.redis.client() as client:
        client.script_kill()
    spinning.join(30)


@fault("redis-paused", extra_calls=1, halts=True, **AWAY)
def redis_paused(scene: Scene) -> None:
    """25 seconds without an answer."""
    scene.wait_for_calls()
    _signal(scene, signal.SIGSTOP)
    scene.last(25)
    _signal(scene, signal.SIGCONT)


@fault("redis-connections-cut", extra_calls=0)
def redis_connections_cut(scene: Scene) -> None:
    for _ in range(5):
        for way in scene.stage.redis_of.values():
            way.cut()
        time.sleep(1.5)


def _set_for(scene: Scene, seconds: float, **settings: str) -> None:
    with scene.stage.redis.client() as client:
        before = {name: client.config_get(name)[name] for name in settings}
        for name, value in settings.items():
            client.config_set(name, value)
        scene.last(seconds)
        for name, value in before.items():
            client.config_set(name, value)


def _spin(scene: Scene) -> None:
    with suppress(redis.RedisError), scene.stage.redis.client(60.0) as client:
        client.eval("while true do end", 0)


def _signal(scene: Scene, number: signal.Signals) -> None:
    import os

    if (pid := scene.stage.redis.pid) is not None:
        os.kill(pid, number)
