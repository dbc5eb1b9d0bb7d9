"""Would the comparison of the two forms notice a mistake in a script? One at a time is put in."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import redis

from limiter.limits import Algorithm, Rule, compile_rule
from limiter.limits.memory import MemoryLimits
from limiter.limits.redis import RedisLimits

from .clocks import SideBySide, with_settable_clock

FAULTS = [
    ("fixed_window", ">= edge()", "> edge()"),
    ("sliding_log", '"(" .. gone', "gone"),
    ("sliding_log", "oldest.after >= enough", "oldest.after > enough"),
    ("sliding_log", "entry_at(middle).after >= enough", "entry_at(middle).after > enough"),
    ("sliding_counter", "<= room * window", "< room * window"),
    ("sliding_counter", "math.max(0, window - fits)", "window - fits + 1"),
    ("tokens", "capacity + rate - 1 -- who", "capacity -- who"),
    ("tokens", "(moment - state[2]) * state[3]", "(moment - state[2]) * rate"),
    ("tokens", "math.ceil(missing / rate)", "math.floor(missing / rate)"),
    ("leaky_bucket", "water % rate", "0"),
    ("leaky_bucket", "math.max(water, (state", "math.max(0, (state"),
    ("adaptive", "rate = bounded(units)", "rate = units"),
    ("operate", " and wait == 0", ""),
]
SEEDS = 60


def put_in(piece: str, right: str, wrong: str) -> Callable[[str], str]:
    def source(name: str) -> str:
        text = with_settable_clock(name)
        if name != piece:
            return text
        assert text.count(right) >= 1, f"{piece}.lua holds: {right}"
        return text.replace(right, wrong, 1)

    return source


def first_difference(client: redis.Redis, source: Callable[[str], str], kind: Algorithm) -> int | None:
    """The seed of the first run in which the forms differ."""
    both = SideBySide(client)
    scripts = RedisLimits(client, prefix="both", source=source)
    for seed in range(SEEDS):
        both.forget()
        both.memory, both.redis = MemoryLimits(lambda: both.now), scripts
        try:
            live(both, kind, random.Random(seed))
        except AssertionError:
            return seed
    return None


def live(both: SideBySide, kind: Algorithm, chance: random.Random) -> None:
    bounds = ("0.1/s", "9/s") if kind is Algorithm.ADAPTIVE else (None, None)
    rules = [compile_rule(kind, rate, None, *bounds) for rate in ("7/m", "3/s")]
    for _ in range(14):
        rule: Rule = chance.choice([rules[0]] * 9 + rules)
        verdict = both.take(rule, chance.randint(1, rule.most))
        if kind is Algorithm.ADAPTIVE and chance.random() < 0.3:
            both.set_rate(rule, chance.choice([0.001, 0.5, 100.0]))
        both.advance(chance.choice([0, 1, verdict.wait, verdict.rest, chance.randint(0, rule.window)]))


def behind(piece: str) -> Algorithm:
    """An algorithm whose script holds this piece."""
    return {"tokens": Algorithm.TOKEN_BUCKET, "operate": Algorithm.FIXED_WINDOW}.get(piece) or Algorithm(
        piece
    )


@pytest.mark.parametrize(("piece", "right", "wrong"), FAULTS)
def test_a_seeded_fault_is_noticed(redis_client: redis.Redis, piece: str, right: str, wrong: str) -> None:
    assert first_difference(redis_client, put_in(piece, right, wrong), behind(piece)) is not None


@pytest.mark.parametrize("algorithm", Algorithm)
def test_without_a_fault_there_is_no_difference(redis_client: redis.Redis, algorithm: Algorithm) -> None:
    assert first_difference(redis_client, with_settable_clock, algorithm) is None
