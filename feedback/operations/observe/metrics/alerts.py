from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from feedback.models import Incident


class AlertCollector(Collector):
    """Metrics of Marginalia's own alerts, for a Grafana board."""

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("marginalia_alerts", "Open incidents.", labels=["rule", "state"])
        for row in (
            Incident.objects.filter(state__in=Incident.OPEN)
            .order_by()
            .values("rule__name", "state")
            .annotate(n=Count("pk"))
        ):
            family.add_metric([row["rule__name"], row["state"]], row["n"])
        yield family
