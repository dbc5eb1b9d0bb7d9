"""Whatever many short processes counted stays, in few files."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from feedback.operations.observe.metrics import folding

COUNT = """
import django; django.setup()
from feedback.operations.observe.metrics import counters
counters.tokens.labels("bedrock", "output").inc(5)
counters.wait_seconds.labels("analyse").observe(3)
"""


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What three processes counted."""
    folder = tmp_path_factory.mktemp("counted")
    for _ in range(3):
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
        subprocess.run([sys.executable, "-c", COUNT], env=environment, check=True)
    return folder


@pytest.fixture
def folder(counted: Path, tmp_path: Path) -> Path:
    """The same, a while ago."""
    for path in counted.glob("*.db"):
        shutil.copy(path, tmp_path)
        os.utime(tmp_path / path.name, (0, 0))
    return tmp_path


def totals(folder: Path) -> dict[str, float | None]:
    registry = CollectorRegistry()
    registry.register(folding.ProcessCollector(str(folder)))
    labels = {"stage": "analyse"}
    return {
        "tokens": registry.get_sample_value(
            "marginalia_tokens_total", {"upstream": "bedrock", "kind": "output"}
        ),
        "waits": registry.get_sample_value("marginalia_wait_seconds_count", labels),
        "short": registry.get_sample_value("marginalia_wait_seconds_bucket", {**labels, "le": "2.0"}),
        "longer": registry.get_sample_value("marginalia_wait_seconds_bucket", {**labels, "le": "5.0"}),
    }


FILES = 6  # two kinds of three processes
ALL = {"tokens": 15, "waits": 3, "short": 0, "longer": 3}


def test_folding_changes_no_total_however_often(folder: Path) -> None:
    assert len(list(folder.glob("*.db"))) == FILES
    assert totals(folder) == ALL
    assert folding.fold(folder) == FILES
    assert {path.stem for path in folder.glob("*.db")} == {"counter_0", "histogram_0"}
    assert totals(folder) == ALL
    assert folding.fold(folder) == 0
    assert totals(folder) == ALL


def test_a_process_that_runs_keeps_its_file(folder: Path) -> None:
    mine = folder / f"counter_{os.getpid()}.db"
    next(folder.glob("counter_*.db")).rename(mine)
    os.utime(mine, (0, 0))
    folding.fold(folder)
    assert mine.exists()
    assert totals(folder) == ALL


def test_one_that_ended_just_now_is_left_for_later(folder: Path) -> None:
    for path in folder.glob("*.db"):
        os.utime(path)
    assert folding.fold(folder) == 0


def test_nothing_is_folded_while_somebody_reads(folder: Path) -> None:
    with (folder / "lock").open("w") as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        assert folding.fold(folder) == 0
    assert folding.fold(folder) == FILES


def test_a_scrape_folds_where_there_are_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST_FILES", 5)
    assert totals(folder) == ALL
    assert len(list(folder.glob("*.db"))) == 2
