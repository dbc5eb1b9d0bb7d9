"""The environment of packages that are for these tests alone, and how a script of ours runs in it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".venv-foreign"
CLIENTS = Path(__file__).with_name("clients")
SECONDS = 400  # until a client that hangs is ended; importing alone takes some of them a while


def python_with(stamp: str) -> Path:
    """The interpreter of the foreign environment. Skips where it isn't installed, which make does."""
    if not (HOME / stamp).exists():
        pytest.skip(f"make .venv-foreign/{stamp} installs what this needs")
    return HOME / "bin" / "python"


def environment() -> dict[str, str]:
    """Of a child that shall find no account, no proxy, no database of ours and nothing to download."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "NO_PROXY": "127.0.0.1",
    }


def ask(client: str, url: str, *, stamp: str = "installed") -> Any:
    """What the client's script has written: one JSON value."""
    ended = subprocess.run(
        [python_with(stamp), CLIENTS / f"{client}.py", url],
        env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])
