# mypy: disallow-untyped-calls=False
# prometheus_client's files are read and written by functions without annotations.

"""The files that processes count in, also those of processes that ended.

prometheus_client keeps a file for each process that ever counted, and reads all of them at every scrape. A
machine that starts a command every minute would have thousands within days. So what ended processes
counted is added up into one file, by the process that reads, under a lock.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

if TYPE_CHECKING:
    from prometheus_client.core import Metric

MOST_FILES = 64  # before it is worth the while
QUIET_SECONDS = 60.0  # since the last write: a process that just begins may have the number of one that ended
KINDS = ("counter", "histogram", "summary")  # figures that add up; there are no gauges in these files
FOLDED = "0"  # in place of a process's number


class ProcessCollector(Collector):
    """The collector of what all processes of this machine counted."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def collect(self) -> Iterator[Metric]:
        tidy(self._folder)
        with _locked(self._folder, fcntl.LOCK_SH):
            collector = MultiProcessCollector(CollectorRegistry(), path=str(self._folder))
            yield from list(collector.collect())


def tidy(folder: Path) -> None:
    """Fold where there are many files."""
    if sum(1 for _ in folder.glob("*.db")) > MOST_FILES:
        fold(folder)


def fold(folder: Path) -> int:
    """Add up what ended processes counted; returns how many files went. 0 where somebody reads just now."""
    try:
        with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return sum(_fold_kind(folder, kind) for kind in KINDS)
    except BlockingIOError:
        return 0


def _fold_kind(folder: Path, kind: str) -> int:
    left = [path for path in folder.glob(f"{kind}_*.db") if _is_left(path)]
    if not left:
        return 0
    totals: defaultdict[str, float] = defaultdict(float)
    for path in left:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
            totals[key] += value
    folded = MmapedDict(str(folder / f"{kind}_{FOLDED}.db"))
    for key, value in totals.items():
        before, _ = folded.read_value(key)
        folded.write_value(key, before + value, 0.0)
    folded.close()
    for path in left:
        path.unlink()
    return len(left)


def _is_left(path: Path) -> bool:
    number = path.stem.rpartition("_")[2]
    if number == FOLDED or not number.isdigit():
        return False
    return time.time() - path.stat().st_mtime > QUIET_SECONDS and not _runs(int(number))


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Readers together, or one that changes files alone. The kernel frees it when its holder dies."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
