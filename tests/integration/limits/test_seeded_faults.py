"""Would the comparison of the two forms notice a mistake? One function of the library at a time is replaced.

A fault counts as noticed only by a wrong answer, never because the library no longer loads or a call raises.
"""

from __future__ import annotations

import random

import pytest
import redis

from limiter.algorithms.limits import Algorithm, LimitRule, compile_rule
from limiter.algorithms.limits.memory import MemoryLimits
from limiter.algorithms.limits.redis import RedisLimits

from .clocks import SideBySide, library_with

FAULTS = {
    "a window ends a moment too late": (
        Algorithm.FIXED_WINDOW,
        """
        function limit_fixed_window.used(call, limit)
          return limit.last > limit_fixed_window.edge(call, limit) - limit.window and limit.count or 0
        end
        """,
    ),
    "an entry of the moment itself still counts": (
        Algorithm.SLIDING_LOG,
        """
        function limit_sliding_log.oldest_after(call, moment)
          local reply = redis.call("ZRANGEBYSCORE", call.key, moment, "+inf", "WITHSCORES", "LIMIT", 0, 1)
          return limit_sliding_log.entry_of(reply)
        end
        """,
    ),
    "an oldest entry that is just enough is not": (
        Algorithm.SLIDING_LOG,
        """
        local whole = limit_sliding_log.entry_with
        function limit_sliding_log.entry_with(call, oldest, enough)
          if oldest.after == enough and redis.call("ZCARD", call.key) > 1 then
            local rank = redis.call("ZRANK", call.key, oldest.member)
            return limit_sliding_log.entry_at(call, rank + 1) or oldest
          end
          return whole(call, oldest, enough)
        end
        """,
    ),
    "bisection goes one too far": (
        Algorithm.SLIDING_LOG,
        """
        local whole = limit_sliding_log.entry_with
        function limit_sliding_log.entry_with(call, oldest, enough)
          return whole(call, oldest, oldest.after >= enough and enough or enough + 1)
        end
        """,
    ),
    "room that is just enough is not": (
        Algorithm.SLIDING_COUNTER,
        """
        function limit_sliding_counter.fits(limit, room)
          return limit.previous * (limit.window - limit.passed) < room * limit.window
        end
        """,
    ),
    "a count fades a moment longer": (
        Algorithm.SLIDING_COUNTER,
        """
        function limit_sliding_counter.fading(limit, units)
          return limit.window - math.floor((limit.capacity - units) * limit.window / limit.current) + 1
        end
        """,
    ),
    "the part of a token at the brim is lost": (
        Algorithm.TOKEN_BUCKET,
        "function limit_token_bucket.brim(limit) return limit.capacity end",
    ),
    "twice as much flows in": (
        Algorithm.TOKEN_BUCKET,
        """
        function limit_token_bucket.filled(kept, moment)
          return math.min(limit_token_bucket.EXACT, kept[1] + (moment - kept[2]) * kept[3] * 2)
        end
        """,
    ),
    "a wait is rounded down": (
        Algorithm.TOKEN_BUCKET,
        """
        function limit_token_bucket.until_level(call, limit, wanted)
          local missing = wanted - limit.level
          return missing > 0 and limit.moment - call.now + math.floor(missing / limit.rate) or 0
        end
        """,
    ),
    "the part of a microsecond is lost": (
        Algorithm.LEAKY_BUCKET,
        """
        function limit_leaky_bucket.paid_off(call, limit)
          return { call.now + math.floor(limit.water / limit.rate), 0 }
        end
        """,
    ),
    "water below nothing is forgotten": (
        Algorithm.LEAKY_BUCKET,
        """
        function limit_leaky_bucket.water(call, kept, rate)
          return kept and math.max(0, (kept[1] - call.now) * rate + math.min(kept[2], rate - 1)) or 1 - rate
        end
        """,
    ),
    "a rate knows no bounds": (
        Algorithm.ADAPTIVE,
        "function limit_adaptive.bounded(_, rate) return rate end",
    ),
    "a refusal spends": (
        Algorithm.FIXED_WINDOW,
        "function limits.may_take() return true end",
    ),
}
SEEDS = 60


def first_difference(client: redis.Redis, fault: str, kind: Algorithm) -> int | None:
    """The seed of the first run in which the forms answer differently. What raises is no answer."""
    both = SideBySide(client)
    faulty = RedisLimits(client, prefix="both", library=library_with(fault))
    for seed in range(SEEDS):
        both.forget()
        both.memory, both.redis = MemoryLimits(lambda: both.now), faulty
        try:
            live(both, kind, random.Random(seed))
        except AssertionError:
            return seed
    return None


def live(both: SideBySide, kind: Algorithm, chance: random.Random) -> None:
    bounds = ("0.1/s", "9/s") if kind is Algorithm.ADAPTIVE else (None, None)
    rules = [compile_rule(kind, rate, None, *bounds) for rate in ("7/m", "3/s")]
    for _ in range(14):
        rule: LimitRule = chance.choice([rules[0]] * 9 + rules)
        verdict = both.take(rule, chance.randint(1, rule.most))
        if kind is Algorithm.ADAPTIVE and chance.random() < 0.3:
            both.set_rate(rule, chance.choice([0.001, 0.5, 100.0]))
        both.advance(chance.choice([0, 1, verdict.wait, verdict.rest, chance.randint(0, rule.window)]))


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_noticed(redis_client: redis.Redis, name: str) -> None:
    algorithm, fault = FAULTS[name]
    assert first_difference(redis_client, fault, algorithm) is not None


@pytest.mark.parametrize("algorithm", Algorithm)
def test_without_a_fault_there_is_no_difference(redis_client: redis.Redis, algorithm: Algorithm) -> None:
    assert first_difference(redis_client, "", algorithm) is None
