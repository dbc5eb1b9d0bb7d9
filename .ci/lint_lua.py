"""Run luacheck over all scripts as Redis gets them: joined with the pieces that they include."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from limiter.circuits.redis import store as circuits
from limiter.gate.redis import loader
from limiter.limits import Algorithm
from limiter.limits.redis import source as limits
from limiter.rq import scripts as runs

SCRIPTS = (
    (loader.read, sorted(script.stem for script in loader.FOLDER.glob("*.lua"))),
    (limits.read, [algorithm.value for algorithm in Algorithm]),
    (circuits.read, circuits.OPERATIONS),
    (runs.read, ("start", "finish")),
)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        for source, names in SCRIPTS:
            for name in names:
                (Path(folder) / f"{name}.lua").write_text(loader.load(name, source).text)
        rules = Path(__file__).parent.parent / ".luacheckrc"
        command = ["luacheck", "--quiet", "--no-color", "--config", str(rules), folder]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - fixed, and no shell


if __name__ == "__main__":
    sys.exit(main())
