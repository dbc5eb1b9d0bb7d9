"""What runs beside the pages loads none of them, and the supervisor no Django: each costs memory for good."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.running import ROOT

COMMANDS = "import django; django.setup(); from feedback.management.commands import housekeeper"
HEAVY = {
    "import config.supervisor.keep": ("django", "redis", "psycopg"),
    COMMANDS: ("rich", "config.urls", "unfold.admin", "feedback.admin", "limiter.admin"),
}


@pytest.mark.parametrize("program", HEAVY)
def test_what_is_not_needed_is_not_loaded(program: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT, env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.development"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert set(HEAVY[program]).isdisjoint(said.stdout.split())
