from __future__ import annotations


class NotSent(Exception):
    """It has certainly not arrived. `permanent`: trying again changes nothing."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Uncertain(Exception):
    """It may have arrived: the connection ended before the answer came."""
