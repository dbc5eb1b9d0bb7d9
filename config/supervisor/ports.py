from __future__ import annotations

import socket

LOCALHOST = "127.0.0.1"


def free_port(wanted: int) -> int:
    """The wanted port where it is free, otherwise one that the system picks.

    Somebody may still take it before it is used: that start then fails and says so.
    """
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOCALHOST, port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port is left on this machine")
