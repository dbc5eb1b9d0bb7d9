"""The gate in Prometheus's terms, read when it is asked for: limiter_* in docs/metrics.md.

The gate and Postgres are the truth already, so nothing here is counted twice or kept. An upstream whose gate
can't be asked is missing, and limiter_up says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Count
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from limiter.gate import BreakerState, GateError
from limiter.models import BreakerTransition, ConfigVersion, Upstream
from limiter.selectors import UpstreamStatus, queue_length, upstream_status

ADMITTED, EXPIRED, SETTLED, REFUSED = "admitted", "expired", "settled_", "refused_"


class GateCollector(Collector):
    """Every upstream as it is now, with what the gate has counted since it last lost its memory."""

    def collect(self) -> Iterator[Metric]:
        statuses, up = _ask()
        yield up
        yield from _gauges(statuses)
        yield from _limits(statuses)
        yield _breakers(statuses)
        yield from _counters(statuses)
        yield from _histories()


def _ask() -> tuple[list[UpstreamStatus], Metric]:
    up = GaugeMetricFamily("limiter_up", "1 where the gate answered for the upstream.", labels=["upstream"])
    statuses = []
    for name in Upstream.objects.values_list("name", flat=True):
        try:
            statuses.append(upstream_status(name))
            up.add_metric([name], 1)
        except GateError:
            up.add_metric([name], 0)
    return statuses, up


def _gauges(statuses: Iterable[UpstreamStatus]) -> Iterator[Metric]:
    in_line = _gauge("in_line", "Jobs in line.")
    in_flight = _gauge("in_flight", "Calls in flight.")
    most = _gauge("in_flight_limit", "Calls that may be in flight; missing where there is no limit.")
    flows = _gauge("flows", "Flows with work.")
    rate = _gauge("requests_per_minute", "The rate in force; missing where there is no limit.")
    level = _gauge("bucket_level", "Requests that may start now.")
    capacity = _gauge("bucket_capacity", "Requests that may start at once after a quiet time.")
    paused = _gauge("paused", "1 while an operator holds the upstream.")
    held = _gauge("held", "1 while the system holds the upstream, as its provider refuses the account.")
    version = _gauge("config_version", "The version of the configuration that the gate enforces.")
    families = (in_line, in_flight, most, flows, rate, level, capacity, paused, held, version)
    for status in statuses:
        live = status.live
        values = (
            queue_length(live.upstream), live.in_flight, status.upstream.max_in_flight, len(live.flows),
            live.requests_per_minute, live.bucket_level, live.bucket_capacity, status.upstream.paused,
            status.upstream.is_held, live.version,
        )  # fmt: skip
        for family, value in zip(families, values, strict=True):
            if value is not None:
                family.add_metric([live.upstream], float(value))
    yield from families


def _limits(statuses: Iterable[UpstreamStatus]) -> Iterator[Metric]:
    """Requests and tokens alike, where there is such a limit."""
    free = _gauge("limit_free", "Units of a limit that may be spent now; negative: in debt.", "limit")
    most = _gauge("limit_most", "Units of a limit that may be spent at once.", "limit")
    per_minute = _gauge(
        "limit_per_minute", "Units that come back in a minute, at the rate in force.", "limit"
    )
    for status in statuses:
        for limit, level in status.live.levels.items():
            where = [status.live.upstream, limit.value]
            free.add_metric(where, level.free)
            most.add_metric(where, level.most)
            per_minute.add_metric(where, level.per_minute)
    yield from (free, most, per_minute)


def _breakers(statuses: Iterable[UpstreamStatus]) -> Metric:
    family = GaugeMetricFamily(
        "limiter_breaker_state", "1 for the state that the breaker is in.", labels=["upstream", "state"]
    )
    for status in statuses:
        for state in BreakerState:
            family.add_metric([status.live.upstream, state.value], float(status.live.breaker is state))
    return family


def _counters(statuses: Iterable[UpstreamStatus]) -> Iterator[Metric]:
    admitted = _counter("admitted", "Jobs admitted.")
    expired = _counter("leases_expired", "Leases that ended without their worker.")
    refused = _counter("refused", "Times that admit let nobody pass, by the reason in force.", "reason")
    settled = _counter("settled", "Calls that ended, by outcome.", "outcome")
    other = _counter("gate_events", "Whatever else the gate counts.", "event")
    for status in statuses:
        name = status.live.upstream
        for counted, value in status.live.counters.items():
            if counted == ADMITTED:
                admitted.add_metric([name], value)
            elif counted == EXPIRED:
                expired.add_metric([name], value)
            elif counted.startswith(REFUSED):
                refused.add_metric([name, counted.removeprefix(REFUSED)], value)
            elif counted.startswith(SETTLED) and counted != "settled_again":
                settled.add_metric([name, counted.removeprefix(SETTLED)], value)
            else:
                other.add_metric([name, counted], value)
    yield from (admitted, expired, refused, settled, other)


def _histories() -> Iterator[Metric]:
    moves = _counter("breaker_moves", "Moves of the breaker, by the state it went to.", "to")
    for move in BreakerTransition.objects.order_by().values("upstream", "to_state").annotate(n=Count("pk")):
        moves.add_metric([move["upstream"], move["to_state"]], move["n"])
    yield moves
    changes = _counter("config_changes", "Versions of the configuration that were made.")
    for change in ConfigVersion.objects.order_by().values("upstream").annotate(n=Count("pk")):
        changes.add_metric([change["upstream"]], change["n"])
    yield changes


def _gauge(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"limiter_{name}", words, labels=["upstream", *labels])


def _counter(name: str, words: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"limiter_{name}", words, labels=["upstream", *labels])
