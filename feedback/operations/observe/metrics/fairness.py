"""How evenly those that wait are served: tokens of the last minutes, over flows that waited all the while.

Plans and exceptions weigh people differently, which the figures do not take out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min, Sum
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from feedback.models import Job
from feedback.models.work.jobs import charged_tokens
from limiter.operations.fairness import jain
from limiter.selectors import suspended_flows

WINDOW = timedelta(minutes=10)


def fairness() -> Iterator[Metric]:
    """Jain's index, and max over min, of each upstream where two flows or more waited all the while."""
    evenness = GaugeMetricFamily(
        "marginalia_service_jain", "Jain's index of the service of flows that wait.", labels=["upstream"]
    )
    spread = GaugeMetricFamily(
        "marginalia_service_max_over_min", "The most served of them over the least.", labels=["upstream"]
    )
    for upstream, served in served_by_flow().items():
        index = jain(served) if len(served) > 1 else None
        if index is not None:
            evenness.add_metric([upstream], index)
            spread.add_metric([upstream], max(served) / min(served) if min(served) else math.inf)
    yield from (evenness, spread)


def served_by_flow() -> dict[str, list[int]]:
    """Tokens within the window, by upstream, of each flow that waited through all of it. In three queries."""
    since = timezone.now() - WINDOW
    waiting = (
        Job.objects.filter(state=Job.State.WAITING)
        .exclude(upstream="")
        .exclude(flow__in=suspended_flows())
        .order_by()
        .values("upstream", "flow")
        .annotate(since=Min("waiting_since"))
        .filter(since__lte=since)
    )
    backlogged = {(row["upstream"], row["flow"]) for row in waiting}
    ended = Job.objects.filter(
        finished_at__gte=since, upstream__in={upstream for upstream, _flow in backlogged}
    )
    tokens = {
        (row["upstream"], row["flow"]): row["tokens"]
        for row in ended.order_by().values("upstream", "flow").annotate(tokens=Sum(charged_tokens()))
    }
    served: dict[str, list[int]] = defaultdict(list)
    for upstream, flow in backlogged:
        served[upstream].append(tokens.get((upstream, flow)) or 0)
    return served
