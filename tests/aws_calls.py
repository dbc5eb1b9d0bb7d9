"""Each call to AWS that our code makes in a test, compared with deploy/aws/actions.toml when it is made.

botocore gives its built-in handlers to every session, so ours sees the calls of all. What a test calls
itself, to look at what came of it, needs no permission of ours: only calls with our code on their way count.
"""

from __future__ import annotations

import json
import sys
import tomllib
from functools import cache
from typing import Any

from botocore import handlers
from botocore.model import OperationModel

from tests.running import ROOT

FOLDER = ROOT / "deploy/aws"
OURS = str(ROOT / "feedback")
NOT_OURS = str(ROOT / "feedback/development")  # the simulator, and what looks at it

seen: set[tuple[str, str]] = set()  # services and operations, in this process


@cache
def table() -> dict[tuple[str, str], frozenset[str]]:
    """What each operation of a service asks for."""
    read = tomllib.loads((FOLDER / "actions.toml").read_text())
    services = {name: operations for name, operations in read.items() if isinstance(operations, dict)}
    return {
        (service, operation): frozenset(entry["actions"])
        for service, operations in services.items()
        for operation, entry in operations.items()
    }


@cache
def allowed() -> frozenset[str]:
    policy = json.loads((FOLDER / "policy.json").read_text())
    return frozenset(action for statement in policy["Statement"] for action in statement["Action"])


def check(model: OperationModel, **_: Any) -> None:
    if not _is_ours():
        return
    called = (model.service_model.service_name, model.name)
    seen.add(called)
    actions = table().get(called)
    assert actions is not None, f"deploy/aws/actions.toml does not know {called}"
    assert actions <= allowed(), f"deploy/aws/policy.json does not allow {sorted(actions - allowed())}"


def watch() -> None:
    handlers.BUILTIN_HANDLERS.append(("before-call", check))


def _is_ours() -> bool:
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        path = frame.f_code.co_filename
        if path.startswith(OURS) and not path.startswith(NOT_OURS):
            return True
    return False
