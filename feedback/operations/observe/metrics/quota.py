from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from feedback.selectors.upstreams.drift import counted


class DriftCollector(Collector):
    """The collector of a quota's drift: the share that others spend, where it is watched (drift.py)."""

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "marginalia_drift_percent", "Of what the provider counted, not ours.", labels=["upstream"]
        )
        for drift in counted():
            family.add_metric([drift.upstream], drift.share)
        yield family
