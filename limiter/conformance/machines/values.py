"""Settings, policies, tickets and answers of every kind, as the state machines draw them."""

from __future__ import annotations

from hypothesis import strategies as st

from limiter.algorithms.limits import Algorithm
from limiter.gate import (
    BreakerConfig,
    BreakerMode,
    ControlConfig,
    FlowPolicy,
    Law,
    Quota,
    Refund,
    Ticket,
    Timing,
    UpstreamConfig,
    Usage,
)
from limiter.gate.rules import compile_policy, compile_rules

U = "provider"
FLOWS = st.sampled_from(["ann", "ben", "cleo", "über", ""])
GROUPS = st.sampled_from(["maths", "prose", ""])
JOBS = st.integers(0, 24).map(lambda number: f"job{number}")
PICK = st.integers(0, 1_000)  # of the leases there are, whichever it falls on
PAUSES = st.one_of(st.integers(0, 90_000_000), st.just(4 * 3600 * 1_000_000))

ALGORITHMS = st.sampled_from([Algorithm.TOKEN_BUCKET, *Algorithm])


def works(settings: UpstreamConfig | FlowPolicy) -> bool:
    """Can these settings hold together? What can't is refused where it is saved."""
    try:
        compile_rules(settings) if isinstance(settings, UpstreamConfig) else compile_policy(settings)
    except ValueError:
        return False
    return True


CONTROLS = st.builds(
    ControlConfig,
    law=st.sampled_from(Law),
    floor=st.sampled_from([0.1, 1.0]),
    ceiling=st.sampled_from([1.0, 4.0]),
    raise_after=st.integers(1, 3),
    lower_by=st.sampled_from([0.3, 0.5]),
    period_seconds=st.sampled_from([0.5, 10.0]),
    recovery_seconds=st.sampled_from([1.0, 60.0]),
    late_after=st.sampled_from([None, 1.5, 4.0]),
)
BREAKERS = st.builds(
    BreakerConfig,
    mode=st.sampled_from([BreakerMode.AUTO, BreakerMode.AUTO, BreakerMode.AUTO, *BreakerMode]),
    failures=st.integers(1, 4),
    failure_rate=st.sampled_from([None, None, 0.4, 1.0]),
    slow_rate=st.sampled_from([None, None, 0.5]),
    window=st.integers(1, 6),
    window_seconds=st.booleans(),
    minimum_calls=st.integers(1, 4),
    slow_first_token=st.sampled_from([1.0, 60.0]),
    slow_per_token=st.sampled_from([0.01, 0.5]),
    floor_throttles=st.sampled_from([None, 1, 3]),
    heal_on_accepted=st.booleans(),
    open_seconds=st.sampled_from([1.0, 33.3]),
    open_max_seconds=st.sampled_from([40.0, 100.0]),
    jitter=st.sampled_from([0.0, 0.1]),
    probes=st.integers(1, 3),
    successes=st.integers(1, 2),
)
CONFIGS = st.builds(
    UpstreamConfig,
    name=st.just(U),
    version=st.just(0),
    requests_per_minute=st.sampled_from([None, 50.0, 102.0, 600.0, 60_000.0]),
    burst=st.sampled_from([1.0, 2.5, 10.0, 100.0]),
    requests_algorithm=ALGORITHMS,
    tokens_per_minute=st.sampled_from([None, None, 3_000, 20_001, 1_000_000]),
    tokens_burst=st.sampled_from([None, 5_000]),
    tokens_algorithm=ALGORITHMS,
    tokens_per_day=st.sampled_from([None, None, None, 9_000, 5_000_000]),
    day_algorithm=ALGORITHMS,
    multiplier=st.sampled_from([1.0, 1.5, 5.0]),
    follow_multiplier=st.booleans(),
    burndown=st.sampled_from([1.0, 5.0]),
    refund=st.sampled_from(Refund),
    control=CONTROLS,
    max_in_flight=st.sampled_from([None, None, 0, 1, 4, 12]),
    flow_in_flight=st.sampled_from([None, None, 1, 2, 3]),
    lease_seconds=st.sampled_from([30.0, 120.0]),
    paused=st.sampled_from([False, False, False, True]),
    breaker=BREAKERS,
).filter(works)
POLICIES = st.builds(
    FlowPolicy,
    version=st.integers(1, 4),
    weight=st.sampled_from([0.5, 1.0, 3.0]),
    max_in_flight=st.sampled_from([None, None, 0, 1, 2, 5]),
    suspended=st.sampled_from([False, False, False, True]),
    requests_per_minute=st.sampled_from([None, 6.0, 60.0]),
    burst=st.sampled_from([1.0, 3.0]),
    requests_algorithm=ALGORITHMS,
    tokens_per_day=st.sampled_from([None, None, 4_000, 90_000]),
    tokens_algorithm=ALGORITHMS,
).filter(works)
TICKETS = st.builds(
    Ticket,
    job=JOBS,
    flow=FLOWS,
    group=GROUPS,
    priority=st.sampled_from([0, 0, 0, 1, -5, 4_000]),
    document=st.sampled_from(["", "essay", "thesis"]),
    tokens=st.integers(0, 4_000),
    output=st.sampled_from([0, 0, 7, 900]),
)
USAGES = st.none() | st.builds(
    Usage,
    input_tokens=st.integers(0, 5_000),
    output_tokens=st.integers(0, 900),
    cache_read_tokens=st.integers(0, 90),
    cache_write_tokens=st.integers(0, 90),
)
TIMINGS = st.none() | st.builds(
    Timing, first_token=st.sampled_from([0.5, 1.5, 70.0]), total=st.sampled_from([70.0, 170.5])
)
QUOTAS = st.none() | st.sampled_from(Quota)
SHARES = st.lists(st.tuples(FLOWS, GROUPS), max_size=3)
