"""Each Python with each Django, the oldest that pyproject.toml allows among them: cells.toml lists them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import redis

from tests.integration.packaging.environments import (
    NEEDS_WHEELS,
    ROOT,
    SQLITE,
    Environment,
    must_be_every_page,
    run,
)

sys.path.append(str(ROOT / ".ci"))
from cells import Cell, cells  # type: ignore[import-not-found]

EXAMPLE = ROOT / "examples" / "queue"
pytestmark = [pytest.mark.long, NEEDS_WHEELS]


@pytest.mark.parametrize("cell", [*cells()], ids=str)
def test_the_distribution_serves(cell: Cell, redis_client: redis.Redis, tmp_path: Path) -> None:
    python = cell.interpreter()
    if python is None:
        pytest.skip(f"there is no Python {cell.python} on this machine")
    environment, url = Environment(tmp_path, python), os.environ["REDIS_URL"]
    environment.install(environment.with_extras("admin,cli"), *cell.packages)
    for look in ("", "1"):
        database = {**SQLITE, "NAME": str(tmp_path / f"db{look}")}
        must_be_every_page(environment.opened(database, url, UNFOLD=look))
        redis_client.flushdb()
    said = run(environment.python, "run.py", cwd=EXAMPLE, env={"REDIS_URL": url})
    assert "breaker after three failures: open" in said
