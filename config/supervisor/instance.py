"""One running system for each data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another one runs on the same data. The message says which."""


@contextmanager
def only_one(var: Path) -> Iterator[int]:
    """Hold the folder's lock, the descriptor's file.

    The kernel frees it when its holder dies, so no stale one is ever left.
    """
    var.mkdir(parents=True, exist_ok=True)
    path = var / "run.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = os.pread(descriptor, 20, 0).decode().strip()
            raise AlreadyRunning(f"Marginalia already runs on {var} (process {pid}).") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)
