"""`python -m feedback.development.simulator` works for one release more."""

from __future__ import annotations

import subprocess
import sys


def test_the_former_command_starts_the_same_program() -> None:
    former, now = (
        subprocess.run([sys.executable, "-m", module, "--help"], check=True, capture_output=True, text=True)
        for module in ("feedback.development.simulator", "feedback.development.simulator")
    )
    assert "--port" in former.stdout
    assert former.stdout == now.stdout
