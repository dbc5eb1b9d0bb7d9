"""Run luacheck over each module of the library, over the whole as Redis gets it, and over the two scripts.

A module stands alone in its file: those before it in the order of `library.FOLDERS`, and no others, count as
globals that it may read, and the later ones are what reads it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from limiter.functions.library import FOLDER, LAST, LIBRARY, MODULES, PLACES
from limiter.rq import scripts

ROOT = Path(__file__).parent.parent
LUACHECK = ("luacheck", "--quiet", "--no-color", "--config", str(ROOT / ".luacheckrc"))
# The registrations are what Redis takes from the library, so they leave nothing unread; a shebang is no Lua.
JOINED = LIBRARY.text.partition("\n")[2]


def main() -> int:
    known, failed = ["library"], 0
    for module in (*MODULES, LAST):
        # 241: the table is filled here and read by later modules.
        command = [*LUACHECK, str(FOLDER / PLACES[module]), "--ignore", f"241/^{module}$"]
        failed |= subprocess.run([*command, "--read-globals", *known], check=False).returncode  # noqa: S603
        known.append(module)
    with tempfile.TemporaryDirectory() as folder:
        joined = Path(folder) / "library.lua"
        joined.write_text(JOINED, encoding="utf-8")
        for text in (joined, scripts.FOLDER):
            failed |= subprocess.run([*LUACHECK, str(text)], check=False).returncode  # noqa: S603
    return failed


if __name__ == "__main__":
    sys.exit(main())
