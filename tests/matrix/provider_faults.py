"""Faults of the provider: the simulator is told to be it."""

from __future__ import annotations

from typing import Any

from .scene import Scene, fault

MANY = 1000  # attempts that throttling explains: it is bounded by time
OFTEN = 4  # runs that count, after the first


@fault("provider-down", extra_calls=OFTEN, may_fail=True, doctor_may=("gate",))
def provider_down(scene: Scene) -> None:
    _be(scene, 20, outage="unavailable")


@fault("provider-slow", extra_calls=0)
def provider_slow(scene: Scene) -> None:
    _be(scene, 20, slow_factor=5.0)


@fault("provider-hangs", extra_calls=OFTEN, may_fail=True, doctor_may=("gate",))
def provider_hangs(scene: Scene) -> None:
    _be(scene, 30, outage="hang", outage_breaks_streams=False)


@fault("provider-throttles-70", extra_calls=MANY, doctor_may=("gate",))
def provider_throttles_most(scene: Scene) -> None:
    _be(scene, 180, errors={"ThrottlingException": 0.7})


@fault("provider-throttles-100", extra_calls=MANY, doctor_may=("gate",), back_within=90)
def provider_throttles_all(scene: Scene) -> None:
    _be(scene, 180, errors={"ThrottlingException": 1.0})


@fault("provider-resets-streams", extra_calls=OFTEN, may_fail=True, doctor_may=("gate",))
def provider_resets_streams(scene: Scene) -> None:
    _be(scene, 20, malformed={"cut": 0.5})


@fault("provider-answers-garbage", extra_calls=OFTEN, may_fail=True, doctor_may=("gate",))
def provider_answers_garbage(scene: Scene) -> None:
    _be(scene, 20, malformed={"garbage": 0.5})


@fault("provider-never-ends", extra_calls=OFTEN, may_fail=True, doctor_may=("gate",))
def provider_never_ends(scene: Scene) -> None:
    scene.stage.provider.endless = True
    scene.last(30)
    scene.stage.provider.endless = False


def _be(scene: Scene, seconds: float, **settings: Any) -> None:
    scene.stage.simulator.change(**settings)
    scene.last(seconds)
    scene.stage.restore()
