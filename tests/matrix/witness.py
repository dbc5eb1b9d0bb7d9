"""What the dashboard and the doctor said while a fault lasted, with the moment of each word."""

from __future__ import annotations

import html
import http.client
import json
import re
import subprocess
import threading
import time
from dataclasses import dataclass, field

from .load import Person
from .stage import WORKERS, Stage

HEALTH = re.compile(r'id="health" class="verdict (\w+)".*?<strong>(.*?)</strong>', re.DOTALL)
IN_FLIGHT = re.compile(r"<dt>In flight</dt><dd>(\d+)")
EVERY = 2.0
DOCTOR_CHECKS = ("postgres", "redis", "gate", "workers", "scheduler", "housekeeping")


@dataclass(frozen=True, slots=True)
class Word:
    """One answer of the dashboard, and how many workers could work at that moment."""

    at: float
    level: str
    sentence: str
    in_flight: int
    workers: int


@dataclass(slots=True)
class Diagnosis:
    """The doctor's levels by check, the worst of each."""

    at: float
    levels: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)


class Witness:
    """A context manager that asks the dashboard all the time; `doctor` asks the other."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        operator = stage.people["operator"]
        self._operator = Person(stage.web_port, stage.people["cookie"], operator["session"])
        self._over = threading.Event()
        self.words: list[Word] = []
        self.silent = 0  # questions without an answer

    def __enter__(self) -> Witness:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(120)

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            if (word := self.look()) is not None:
                self.words.append(word)
            else:
                self.silent += 1

    def look(self) -> Word | None:
        living = self._living_workers()
        try:
            status, _, page = self._operator.ask("GET", "/admin/")
        except (OSError, http.client.HTTPException):
            return None
        found = HEALTH.search(page)
        if status != 200 or found is None:
            return None
        in_flight = IN_FLIGHT.search(page)
        sentence = html.unescape(re.sub(r"\s+", " ", found[2]))
        living = min(living, self._living_workers())
        return Word(time.time(), found[1], sentence, int(in_flight[1]) if in_flight else 0, living)

    def _living_workers(self) -> int:
        programs = self._stage.programs()
        return sum(name in programs and programs[name].status() != "stopped" for name in WORKERS)

    def doctor(self) -> Diagnosis:
        diagnosis = Diagnosis(time.time())
        words = [word for check in DOCTOR_CHECKS for word in ("--only", check)]
        try:
            said = self._stage.manage("doctor", *words, "--json", check=False)
            findings = json.loads(said)["findings"]
        except (subprocess.TimeoutExpired, ValueError, KeyError) as problem:
            diagnosis.levels["doctor"], diagnosis.found["doctor"] = "fail", repr(problem)[:300]
            return diagnosis
        order = ("ok", "warn", "fail")
        for finding in findings:
            name, level = finding["name"], finding["level"]
            if order.index(level) >= order.index(diagnosis.levels.get(name, "ok")):
                diagnosis.levels[name], diagnosis.found[name] = level, finding["found"]
        return diagnosis
