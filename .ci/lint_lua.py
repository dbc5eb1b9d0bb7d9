"""Run luacheck over the gate's scripts as Redis gets them: joined with the pieces that they include."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from limiter.gate.redis import loader


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        for script in sorted(loader.FOLDER.glob("*.lua")):
            (Path(folder) / script.name).write_text(loader.load(script.stem).text)
        rules = Path(__file__).parent.parent / ".luacheckrc"
        command = ["luacheck", "--quiet", "--no-color", "--config", str(rules), folder]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - fixed, and no shell


if __name__ == "__main__":
    sys.exit(main())
