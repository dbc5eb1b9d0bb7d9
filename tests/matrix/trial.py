"""One fault on the stage: load, the fault, quiet, and the auditor's verdict."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from .auditor import Auditor, Expected, Limits, Verdict, restart_seconds
from .load import Load
from .people import BURST, CAP, RATE
from .provider_log import Call, ProviderLog
from .scene import Fault, Scene
from .servers import PostgresServer
from .stage import Stage
from .witness import Diagnosis, Witness, Word

BEFORE, AFTER = 5.0, 4.0  # seconds of load around the fault
QUIET_SECONDS = 240.0  # a bound on the quiet; its true length is what is waited for
EVERY = 7.0  # seconds between two submissions of one person
LAG = 8.0  # seconds within which the dashboard has noticed
HEARTBEAT = 30.0  # seconds within which whatever registers itself is there again


class Audited(Protocol):
    """What the auditor can look at: the rows, and the calls at the provider."""

    @property
    def postgres(self) -> PostgresServer: ...

    @property
    def provider(self) -> ProviderLog: ...


@dataclass(slots=True)
class Outcome:
    fault: Fault
    verdict: Verdict
    seconds: float
    refused: int
    notes: list[str] = field(default_factory=list)


def run(stage: Stage, fault: Fault, *, seed: int, before: float = BEFORE) -> Outcome:
    """The whole of one row of the matrix."""
    wait_until_well(stage)
    begun, clock = time.time(), time.monotonic()
    chance = Random(zlib.crc32(f"{seed}:{fault.name}".encode()))
    load = Load(stage.people, stage.web_port, seed=chance.getrandbits(32), every=EVERY)
    unmade = []
    with Witness(stage) as witness:
        scene = Scene(stage, load, witness, chance)
        with load:
            time.sleep(before)
            struck = time.time()
            try:
                fault.strike(scene)
            except Exception as problem:  # the others of a long run are still to come
                unmade.append(f"the fault did not come to its end: {problem}")
            ended = time.time()
            stage.restore()
            time.sleep(AFTER)
        quiet(stage)
    calls = calls_since(stage, begun)
    explained = Expected(fault.extra_calls, fault.may_fail, frozenset(scene.gone), frozenset(scene.cancelled))
    verdict = audited(stage, load, calls, explained, scene.caps)
    back = restart_seconds(calls, ended)
    words = "-" if back is None else f"{back:.1f} s"
    late = back is not None and back > fault.back_within
    verdict.keep("back after", words, [*unmade, *([f"work began {words} after it"] if late else [])])
    lies = [*_of_the_dashboard(fault, witness, struck, ended), *_of_the_doctor(fault, scene.diagnosis)]
    lies += at_the_end(witness)
    said = len(witness.words) + sum(len(each.levels) for each in (scene.diagnosis,) if each)
    verdict.keep("truth", f"{said - len(lies)}/{said}", lies)
    return Outcome(fault, verdict, time.monotonic() - clock, len(load.refused))


def wait_until_well(stage: Stage) -> None:
    """Workers have registered: what is said from now on is held against the fault."""
    witness = Witness(stage)

    def is_well() -> bool:
        word = witness.look()
        return word is not None and word.level != "down"  # it is slow for as long as it counts throttles

    stage.wait_until(is_well, "the dashboard says that people are served")


def calls_since(stage: Audited, moment: float) -> list[Call]:
    return [call for call in list(stage.provider.calls) if call.began >= moment]


def audited(
    stage: Audited, load: Load, calls: list[Call], explained: Expected, caps: list[tuple[float, int]]
) -> Verdict:
    with stage.postgres.connect() as connection:
        auditor = Auditor(connection, Limits(CAP, RATE, BURST, tuple(caps)))
        return auditor.audit(load.accepted, calls, explained)


def quiet(stage: Audited) -> None:
    """Until nothing is open, or the bound: the auditor says what is left."""
    deadline = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < deadline:
        with stage.postgres.connect() as connection:
            if Auditor(connection, Limits(CAP, RATE, BURST)).is_quiet():
                break
        time.sleep(0.5)
    time.sleep(1.5)  # settlements follow


def _of_the_dashboard(fault: Fault, witness: Witness, struck: float, ended: float) -> list[str]:
    found = []
    for word in witness.words:
        if "no worker runs" in word.sentence and word.workers and not struck < word.at < ended + HEARTBEAT:
            found.append(f"dashboard: {word.sentence!r} while {word.workers} run")
        if fault.halts and struck + LAG < word.at < ended and word.level == "well":
            found.append(f"dashboard: {word.sentence!r} {word.at - struck:.0f} s into the fault")
    return found


def _of_the_doctor(fault: Fault, diagnosis: Diagnosis | None) -> list[str]:
    if diagnosis is None:
        return []
    missed = [name for name in fault.doctor if diagnosis.levels.get(name) == "ok"]
    false = [
        f"{name}: {diagnosis.found[name]}"
        for name, level in diagnosis.levels.items()
        if level == "fail" and name not in (*fault.doctor, *fault.doctor_may)
    ]
    return [f"doctor: {name} was well meanwhile" for name in missed] + [
        f"doctor said: {words}" for words in false
    ]


def at_the_end(witness: Witness) -> list[str]:
    """After the quiet everything is well, and both say so, once what registers itself has had its time."""
    deadline = time.monotonic() + HEARTBEAT
    while True:
        word, diagnosis = witness.look(), witness.doctor()
        problems = [
            f"doctor at the end: {name}: {diagnosis.found[name]}"
            for name, level in diagnosis.levels.items()
            if level == "fail"
        ]
        problems += _of_the_last_word(word)
        if not problems or time.monotonic() > deadline:
            return problems


def _of_the_last_word(word: Word | None) -> list[str]:
    if word is None:
        return ["dashboard at the end: no answer"]
    if word.in_flight:
        return [f"dashboard at the end: {word.in_flight} in flight"]
    return [f"dashboard at the end: {word.sentence!r}"] if word.level == "down" else []
