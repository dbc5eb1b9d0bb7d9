"""The product's own supervisor over the stage's programs: `python -m tests.matrix.supervised FILE`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(file: Path) -> int:
    from config import stores
    from config.startup import load_settings
    from config.supervisor.program import Program
    from config.supervisor.supervise import Supervisor

    load_settings()
    supervisor = Supervisor(stores_answer=lambda: not stores.problems(), grace_seconds=15.0)
    for each in json.loads(file.read_text(encoding="utf-8")):
        environment = {**os.environ, **each["environment"]}
        supervisor.add(Program(each["name"], tuple(each["command"])), environment)
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
