"""A full disk, and clocks that go wrong."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from .network_faults import failover, faked
from .scene import Scene, fault

TEN_MINUTES = 600
CACHED_SECONDS = "1"  # how long faketime believes its file
REDIS_LOOKS = ("redis", "gate", "workers", "scheduler", "housekeeping")


def needs_faketime() -> str:
    return "" if "None" not in faked("+0")["LD_PRELOAD"] else "faketime is not installed (sudo make system)"


def _needs_tmpfs() -> str:
    folder = tempfile.mkdtemp()
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            subprocess.run(["umount", folder], check=True)
            return ""
        return f"mounting is refused: {done.stderr.strip()}"
    finally:
        Path(folder).rmdir()


@fault(
    "disk-full",
    extra_calls=1,
    may_fail=True,
    needs=_needs_tmpfs,
    on_tmpfs=True,
    spoils=True,
    doctor_may=("disk", "postgres", "doctor", *REDIS_LOOKS),
)
def disk_full(scene: Scene) -> None:
    """Below var/, with both stores on it, until somebody makes room."""
    filler = scene.stage.folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65_536)
    scene.last(20)
    filler.unlink()


@fault("worker-with-a-wrong-clock", extra_calls=1, needs=needs_faketime, doctor_may=("workers",))
def worker_with_a_wrong_clock(scene: Scene) -> None:
    """Ten minutes on, then back, then jumping, while it works beside the others."""
    file = scene.stage.folder / "clock"
    file.write_text(f"+{TEN_MINUTES}\n", encoding="utf-8")
    scene.stage.worker_beside("worker-wrong", more=_by_file(file))
    scene.last(20)
    for offset in (-TEN_MINUTES, 0, TEN_MINUTES, -5):
        file.write_text(f"{offset:+d}\n", encoding="utf-8")
        time.sleep(4)
    scene.stage.end_beside()


@fault("redis-clock-on", extra_calls=1, needs=needs_faketime, doctor_may=("clocks", *REDIS_LOOKS))
def redis_clock_on(scene: Scene) -> None:
    """The server's own clock, ten minutes on and back, in one life of it."""
    _redis_clock(scene, TEN_MINUTES)


@fault("redis-clock-back", extra_calls=1, needs=needs_faketime, doctor_may=("clocks", *REDIS_LOOKS))
def redis_clock_back(scene: Scene) -> None:
    _redis_clock(scene, -TEN_MINUTES)


@fault(
    "redis-clock-differs-after-failover",
    extra_calls=1,
    needs=needs_faketime,
    spoils=True,
    doctor_may=REDIS_LOOKS,
    back_within=60,
)
def redis_clock_differs_after_failover(scene: Scene) -> None:
    failover(scene, clock="+90")
    scene.last(10, doctor=False)


def _redis_clock(scene: Scene, offset: int) -> None:
    redis = scene.stage.redis
    file = scene.stage.folder / "redis-clock"
    file.write_text("+0\n", encoding="utf-8")
    with scene.stage.down("redis"):
        redis.kill(signal.SIGTERM)
        redis.start(environment=_by_file(file))
    scene.wait_for_calls()
    file.write_text(f"{offset:+d}\n", encoding="utf-8")
    scene.last(12)
    file.write_text("+0\n", encoding="utf-8")
    scene.last(6, doctor=False)
    with scene.stage.down("redis"):
        redis.kill(signal.SIGTERM)
        redis.start()


def _by_file(file: Path) -> dict[str, str]:
    found = faked("+0")
    del found["FAKETIME"]
    return {**found, "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_CACHE_DURATION": CACHED_SECONDS}


def small_disk(size: str = "600m") -> Path:
    """A folder on a tmpfs of its own."""
    folder = Path(tempfile.mkdtemp(prefix="marginalia-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    return folder


def give_back(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=False)
    shutil.rmtree(folder, ignore_errors=True)
