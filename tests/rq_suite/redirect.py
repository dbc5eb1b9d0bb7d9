"""The port of the suite's own Redis in the place of 6379, which rq's tests have by default and in addresses.

Nothing of this repository is imported: programs that rq's tests start load it too (child/sitecustomize.py).
"""

from __future__ import annotations

from typing import Any

from redis import connection

FIXED = 6379


def redirect(port: int) -> None:
    """What connects to 6379 connects to this port from now on; an address keeps its words."""
    original = connection.Connection.__init__

    def connect(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)  # type: ignore[no-untyped-call]
        if self.port == FIXED:
            self.port = port

    connection.Connection.__init__ = connect  # type: ignore[method-assign]
