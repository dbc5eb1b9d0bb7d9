"""A sequence of faults drawn at random, without quiet between them, and one audit of it all.

`python -m tests.matrix.chaos --seed N --minutes M`: the same seed draws the same sequence.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from random import Random, SystemRandom

from . import report
from .auditor import Expected, restart_seconds
from .faults import FAULTS
from .load import Load
from .scene import Fault, Scene
from .stage import Stage
from .trial import EVERY, Outcome, at_the_end, audited, calls_since, quiet, wait_until_well
from .witness import Witness

PACE = 0.5  # faults last for half of their time, so that more of them meet
PAUSE = (1.0, 8.0)  # seconds between two


def sequence(seed: int) -> Iterator[tuple[Fault, float]]:
    """Faults, each with the pause after it, for ever. None that needs a stage of its own."""
    chance = Random(seed)
    several = [FAULTS[name] for name in sorted(FAULTS) if not FAULTS[name].spoils]
    while True:
        yield chance.choice(several), chance.uniform(*PAUSE)


def run(stage: Stage, seed: int, seconds: float) -> Outcome:
    wait_until_well(stage)
    begun, clock = time.time(), time.monotonic()
    load = Load(stage.people, stage.web_port, seed=seed, every=EVERY)
    struck: list[Fault] = []
    with Witness(stage) as witness:
        scene = Scene(stage, load, witness, Random(seed), pace=PACE)
        with load:
            for fault, pause in sequence(seed):
                if time.monotonic() - clock > seconds:
                    break
                if fault.needs():
                    continue
                sys.stdout.write(f"{time.monotonic() - clock:6.0f} s  {fault.name}\n")
                sys.stdout.flush()
                struck.append(fault)
                try:
                    fault.strike(scene)
                finally:
                    stage.restore()
                time.sleep(pause)
            ended = time.time()
        quiet(stage)
    calls = calls_since(stage, begun)
    explained = Expected(
        sum(fault.extra_calls for fault in struck),
        any(fault.may_fail for fault in struck),
        frozenset(scene.gone),
        frozenset(scene.cancelled),
    )
    verdict = audited(stage, load, calls, explained, scene.caps)
    verdict.keep("back after", f"{restart_seconds(calls, ended) or 0:.1f} s")
    lies = at_the_end(witness)
    verdict.keep("truth", f"{len(witness.words)} words", lies)
    name = f"chaos {seed}, {len(struck)} faults"
    return Outcome(Fault(name, lambda _: None), verdict, time.monotonic() - clock, len(load.refused))


def main() -> int:
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
    )  # so that the stage is taken down
    parser = argparse.ArgumentParser(prog="make chaos", description="Faults at random under load.")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--minutes", type=float, default=8.0)
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}\n")
    with Stage() as stage:
        outcome = run(stage, options.seed, 60 * options.minutes)
    broken = report.problems(outcome)
    sys.stdout.write("\n".join([report.head(), report.row(outcome), *broken, f"seed {options.seed}", ""]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
