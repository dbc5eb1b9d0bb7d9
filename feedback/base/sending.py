from __future__ import annotations


class NotSent(Exception):
    """It has certainly not arrived. `permanent`: trying again changes nothing."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class NotPublic(NotSent):
    """The address is not one that this server may reach."""


class Rejected(NotSent):
    """The receiver answered, with something else than success. `again_in`: what it asked for, in seconds."""

    def __init__(self, status: int, *, permanent: bool, again_in: float | None = None) -> None:
        super().__init__(f"HTTP {status}", permanent=permanent)
        self.status, self.again_in = status, again_in


class Uncertain(Exception):
    """It may have arrived: the connection ended before the answer came."""
