"""Rules that the properties are tried on: odd rates, long and short windows, small and large bursts."""

from __future__ import annotations

from hypothesis import strategies as st

from limiter.algorithms.limits import Algorithm, LimitRule, compile_rule
from limiter.algorithms.limits.rules import WINDOWS

RATES = ("1/s", "3/s", "7/m", "30/m", "50/m", "100/7s", "999/d", "250000/s")
PACES = (*RATES, "1.67/s", "0.3/m")


@st.composite
def rules(draw: st.DrawFn, algorithm: Algorithm | None = None) -> LimitRule:
    kind = algorithm or draw(st.sampled_from(Algorithm))
    if kind in WINDOWS:
        return compile_rule(kind, draw(st.sampled_from(RATES)))
    burst = draw(st.sampled_from([None, 1, 2.5, 7, 100]))
    rate = draw(st.sampled_from(PACES))
    if kind is Algorithm.ADAPTIVE:
        units, window = rate.split("/")
        return compile_rule(
            kind, rate, burst, f"{float(units) / 100}/{window}", f"{float(units) * 10}/{window}"
        )
    return compile_rule(kind, rate, burst)


def pauses(rule: LimitRule) -> st.SearchStrategy[int]:
    """Microseconds: none, one, some of a window, and across several."""
    return st.one_of(
        st.just(0),
        st.integers(1, 3),
        st.integers(0, rule.window // max(1, rule.units) + 1),
        st.integers(0, rule.window),
        st.integers(0, 3 * rule.window),
    )


def costs(rule: LimitRule) -> st.SearchStrategy[int]:
    return st.one_of(st.just(1), st.just(rule.most), st.integers(1, rule.most))
