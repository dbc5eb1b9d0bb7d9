"""Partitions, a failover, a pooler between, and a worker of the release before."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from config.supervisor.ports import free_port

from .proxies import TcpProxy
from .scene import Scene, fault
from .servers import RedisServer, Sentinel, write_pooler
from .stage import ROOT

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
BEFORE = "768ab8b"  # the release before this one's gate
FAILOVER_SECONDS = 60


def _needs_pgbouncer() -> str:
    return "" if PGBOUNCER else "PgBouncer is not installed (sudo make system)"


def _needs_history() -> str:
    known = subprocess.run(  # what a shallow clone lacks
        ["git", "cat-file", "-e", f"{BEFORE}^{{commit}}"], cwd=ROOT, capture_output=True, check=False
    )
    return "" if known.returncode == 0 else f"the history does not reach back to {BEFORE} (a shallow clone)"


@fault("worker-parted-from-redis")
def worker_parted_from_redis(scene: Scene) -> None:
    """For longer than its leases live: it cuts its calls before others begin them again."""
    scene.wait_for_calls()
    scene.stage.redis_of["worker-1"].part()
    scene.last(18)
    scene.stage.redis_of["worker-1"].mend()


@fault("worker-parted-from-postgres")
def worker_parted_from_postgres(scene: Scene) -> None:
    scene.wait_for_calls()
    scene.stage.postgres_of["worker-1"].part()
    scene.last(18)
    scene.stage.postgres_of["worker-1"].mend()


@fault(
    "redis-fails-over",
    extra_calls=1,
    doctor_may=("redis", "gate", "workers", "scheduler", "housekeeping"),
)
def redis_fails_over(scene: Scene) -> None:
    """Sentinel promotes a replica that lags: what was written since the partition is lost."""
    failover(scene)


def failover(scene: Scene, clock: str = "") -> None:
    """To a replica behind a partition, whose clock may differ."""
    stage = scene.stage
    link = TcpProxy(stage.loop, ("127.0.0.1", stage.redis.port))
    replica = RedisServer(Path(tempfile.mkdtemp(dir=stage.folder)), free_port(0))
    replica.start(
        ["--replicaof", "127.0.0.1", str(link.port), "--repl-diskless-sync-delay", "0"],
        environment=faked(clock) if clock else None,
    )
    stage.wait_until(lambda: _is_in_step(replica), "the replica is in step")
    with Sentinel(Path(tempfile.mkdtemp(dir=stage.folder)), "stage", link.port) as sentinel:
        stage.wait_until(sentinel.knows_a_replica, "Sentinel has learnt of the replica")
        scene.wait_for_calls(2)
        link.part()
        stage.wait_until(
            lambda: sentinel.primary == replica.port, "Sentinel has promoted it", FAILOVER_SECONDS
        )
        stage.lead_all(stage.redis_of, ("127.0.0.1", replica.port))
        stage.redis.kill()
        stage.redis = replica


def _is_in_step(replica: RedisServer) -> bool:
    with replica.client() as client:
        return bool(client.info("replication").get("master_link_status") == "up")


@fault("pgbouncer-between", extra_calls=1, needs=_needs_pgbouncer)
def pgbouncer_between(scene: Scene) -> None:
    """In transaction mode, for a while: connections are cut on the way there and back."""
    stage = scene.stage
    direct = TcpProxy(stage.loop, stage.postgres.socket)
    folder = Path(tempfile.mkdtemp(prefix="marginalia-pgbouncer-"))
    folder.chmod(0o777)
    port = free_port(0)
    file = write_pooler(
        folder, f"host=127.0.0.1 port={direct.port}", address="127.0.0.1", port=port, connections=10
    )
    as_nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if _is_root() else []
    with (folder / "log").open("ab") as log:
        bouncer = subprocess.Popen([*as_nobody, str(PGBOUNCER), str(file)], stdout=log, stderr=log)
    try:
        time.sleep(1)
        stage.lead_all(stage.postgres_of, ("127.0.0.1", port))
        scene.last(20)
    finally:
        stage.lead_all(stage.postgres_of, stage.postgres.socket)
        bouncer.terminate()
        bouncer.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@fault("worker-of-the-release-before", extra_calls=1, needs=_needs_history)
def worker_of_the_release_before(scene: Scene) -> None:
    """Beside the new ones, in the middle of an upgrade."""
    folder = Path(tempfile.mkdtemp(prefix="marginalia-before-"))
    words = ["git", "worktree", "add", "--detach", "--force", str(folder / "tree"), BEFORE]
    subprocess.run(words, cwd=ROOT, capture_output=True, check=True)
    try:
        scene.stage.worker_beside("worker-before", folder=folder / "tree")
        scene.last(25)
        scene.stage.end_beside()
    finally:
        remove = ["git", "worktree", "remove", "--force", str(folder / "tree")]
        subprocess.run(remove, cwd=ROOT, capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _is_root() -> bool:
    import os

    return os.geteuid() == 0


def faked(clock: str) -> dict[str, str]:
    """The environment of a process whose clock differs by so much; its monotonic clock stays true."""
    library = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
    return {
        "LD_PRELOAD": str(library), "FAKETIME": clock, "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
