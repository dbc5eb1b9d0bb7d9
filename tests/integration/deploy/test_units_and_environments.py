"""deploy/systemd and deploy/*.env: what an operator copies works as it stands, but for the secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.running import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PYTHON = "/srv/marginalia/.venv/bin/python"
QUEUES = "parse split summarise deliver bedrock offline"  # of the worker's unit, where no other are set
ANALYZE = Path("/usr/bin/systemd-analyze")


def test_each_unit_starts_a_program_that_there_is() -> None:
    started = {}
    for unit in UNITS:
        line = next(line for line in unit.read_text().splitlines() if line.startswith("ExecStart="))
        started[unit.stem] = line.removeprefix(f"ExecStart={PYTHON} ").split()
    commands = {words[1] for words in started.values() if words[0] == "manage.py"}
    assert commands == {"rqworker", "housekeeper", "metrics"}
    assert commands <= set(get_commands())
    assert f'Environment="QUEUES={QUEUES}"' in (DEPLOY / "systemd" / "marginalia-worker@.service").read_text()
    web = started["marginalia-web@"]
    assert web[:3] == ["-m", "gunicorn", "config.asgi:application"]


@pytest.mark.skipif(
    not ANALYZE.exists(), reason="systemd-analyze comes with systemd, which not everybody has"
)
def test_systemd_knows_every_word_of_them(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace(PYTHON, "/bin/true").replace("%i", "1")
        text = text.replace("User=marginalia\nGroup=marginalia\n", "")  # an account that need not exist here
        (tmp_path / unit.name.replace("@", "")).write_text(text)
    copies = [str(path) for path in sorted(tmp_path.glob("*.service"))]
    done = subprocess.run([str(ANALYZE), "verify", *copies], capture_output=True, text=True, check=False)
    assert "Unknown" not in done.stderr
    assert "ignoring" not in done.stderr


@pytest.mark.parametrize("profile", ["campus", "enterprise"])
def test_production_starts_with_the_environment(profile: str) -> None:
    """A child of its own: settings are loaded once in a process."""
    variables = read_environment(DEPLOY / f"{profile}.env")
    assert variables["SECRET_KEY"] == ""  # a key that is in the repository is no secret
    secrets = {name: "0123456789" * 6 for name, value in variables.items() if not value}
    child = {
        "PATH": os.environ["PATH"],
        **variables,
        **secrets,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
    }
    program = (
        "import django; django.setup(); from django.conf import settings as s; "
        "print(s.PROFILE, s.LIMITS_PROXIES, *s.RQ_QUEUES)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=child, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    queues = variables.get("QUEUES", QUEUES).split()
    assert done.stdout.split() == [profile, variables["LIMITS_PROXIES"], *queues]


def read_environment(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {name: value.strip('"') for name, value in (line.split("=", 1) for line in lines)}
