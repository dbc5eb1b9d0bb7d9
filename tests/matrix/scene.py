"""One fault as a row of the table, and the scene that its function acts in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from .load import Load
from .stage import Stage
from .witness import Diagnosis, Witness

Strike = Callable[["Scene"], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done, and what it explains: nothing else may be seen."""

    name: str
    strike: Strike
    extra_calls: int = 1  # of one section, beyond the first
    may_fail: bool = False  # sections may end with words on why
    doctor: tuple[str, ...] = ()  # checks that have to fail while it lasts
    doctor_may: tuple[str, ...] = ()  # checks that may
    halts: bool = False  # nobody is served meanwhile: the dashboard must not say that all is well
    back_within: float = 30.0  # seconds from its end to the next start of work
    spoils: bool = False  # the stage is built anew after it
    needs: Callable[[], str] = lambda: ""  # why it is left out here; empty: it is not
    on_tmpfs: bool = False  # the stage lies on a small disk of its own


FAULTS: dict[str, Fault] = {}


def fault(name: str, **facts: object) -> Callable[[Strike], Strike]:
    """Put a function into the table."""

    def enter(strike: Strike) -> Strike:
        FAULTS[name] = Fault(name, strike, **facts)  # type: ignore[arg-type]
        return strike

    return enter


@dataclass(slots=True)
class Scene:
    stage: Stage
    load: Load
    witness: Witness
    chance: Random
    gone: set[str] = field(default_factory=set)  # documents deleted by their owners
    cancelled: set[str] = field(default_factory=set)
    caps: list[tuple[float, int]] = field(default_factory=list)  # changes of the cap in flight
    diagnosis: Diagnosis | None = None
    pace: float = 1.0  # of the time for which faults last

    def last(self, seconds: float, *, doctor: bool = True) -> None:
        """Let the fault last, at least so long, and ask the doctor in the middle of it."""
        seconds *= self.pace
        asked = threading.Thread(target=self._ask_doctor, args=(min(3.0, seconds / 3),), daemon=True)
        if doctor:
            asked.start()
        time.sleep(seconds)
        if doctor:
            asked.join()

    def _ask_doctor(self, after: float) -> None:
        time.sleep(after)
        self.diagnosis = self.witness.doctor()

    def wait_for_calls(self, number: int = 1) -> None:
        """Until so many calls are under way, so that the fault strikes work; or a while has passed."""
        deadline = time.monotonic() + 30
        while self.stage.provider.in_flight < number and time.monotonic() < deadline:
            time.sleep(0.05)
