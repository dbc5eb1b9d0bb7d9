"""Everything in Prometheus's words: what the processes counted, and what the stores know."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from limiter.gate import GateError
from limiter.operations.metrics import GateCollector

from .alerts import AlertCollector
from .collector import WorkCollector
from .folding import ProcessCollector
from .quota import DriftCollector

logger = logging.getLogger(__name__)

SHARED: tuple[type[Collector], ...] = (GateCollector, WorkCollector, AlertCollector, DriftCollector)


class Careful(Collector):
    """A store that is away takes its own figures with it, not the whole page; a gauge says so."""

    def __init__(self, inner: Collector) -> None:
        self._inner = inner

    def collect(self) -> Iterator[Metric]:
        name = type(self._inner).__name__.removesuffix("Collector").lower()
        read = GaugeMetricFamily(f"marginalia_{name}_read", "1 where its figures could be read.")
        try:
            yield from list(self._inner.collect())
        except (GateError, RedisError, DatabaseError) as error:
            logger.warning("figures of %s could not be read: %s", name, type(error).__name__)
            read.add_metric([], 0)
        else:
            read.add_metric([], 1)
        yield read


def registry(*, shared: bool) -> CollectorRegistry:
    """What this machine's processes counted and, with `shared`, what is the same wherever it is read."""
    made = CollectorRegistry()
    if settings.METRICS_DIR:
        made.register(ProcessCollector(settings.METRICS_DIR))
    else:
        made.register(REGISTRY)  # one process for itself
    if shared:
        for collector in SHARED:
            made.register(Careful(collector()))
    return made


def page(accept: str = "", *, shared: bool = True) -> tuple[bytes, str]:
    """The page and its content type, in the form that the reader prefers."""
    encode, content_type = choose_encoder(accept)
    return encode(registry(shared=shared)), content_type
