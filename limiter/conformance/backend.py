"""What the kit asks of a backend: a gate on the kit's clock, and the one that real programs share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from limiter.gate import Gate

from .clock import Clock


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend of the gate, as the tests of the kit take it.

    `make` gives an empty gate that reads time and chance from the clock alone, to the microsecond; what an
    earlier one kept is gone. `connect` gives the gate that all programs share, on the time of the real world;
    the first of them finds it empty. It is called in other processes, so it must be picklable: a function of
    a module, or a `functools.partial` of one. A gate that lives in one process says so: threads race for it.
    """

    make: Callable[[Clock], Gate]
    connect: Callable[[], Gate]
    is_shared: bool = True  # by processes
