"""Eight workers of a project of its own, some killed in the middle of a call: the short form.

The long one is run from the wheel, in tests/integration/packaging. What must be so is said in race.py itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis

ROOT = Path(__file__).parents[2]
RACE = ROOT / "tests" / "integration" / "packaging" / "race"


@pytest.mark.faults
def test_the_limits_hold_and_no_job_is_lost(
    redis_client: redis.Redis, redis_url: str, tmp_path: Path
) -> None:
    project = {"REDIS_URL": redis_url, "RACE_DATABASE": str(tmp_path / "db"), "PYTHONPATH": str(ROOT)}
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    ended = subprocess.run(
        [sys.executable, "race.py", "60", "2"], cwd=RACE, env=clean | project, text=True, check=False,
        capture_output=True, timeout=580,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    seen = json.loads(ended.stdout)
    assert (seen["jobs"], seen["killed"]) == (60, 2)
    assert seen["starts"] > 60, "what was killed ran again"
