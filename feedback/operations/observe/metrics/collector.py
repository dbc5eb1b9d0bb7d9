"""The collector of figures from Postgres and Redis, read when /metrics is asked for.

Every query goes over an index that holds open work only: its cost follows what is open, not what there was.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from feedback.models import Document, Job
from feedback.selectors.work import workers

from .fairness import fairness

STAGED = (
    # state, since when an open job is in it
    (Job.State.HELD, "created_at"),
    (Job.State.WAITING, "waiting_since"),
    (Job.State.RIDING, "waiting_since"),
    (Job.State.RUNNING, "started_at"),
)


class WorkCollector(Collector):
    """Depths and ages of the stages, documents under way, and the workers."""

    def collect(self) -> Iterator[Metric]:
        yield from _jobs()
        yield from _documents()
        yield _workers()
        yield from fairness()


def _jobs() -> Iterator[Metric]:
    labels = ["queue", "stage", "state"]
    depth = GaugeMetricFamily("marginalia_jobs", "Open jobs.", labels=labels)
    oldest = GaugeMetricFamily(
        "marginalia_oldest_job_seconds", "How long the oldest of them is in its state.", labels=labels
    )
    now = timezone.now()
    for state, since in STAGED:
        rows = Job.objects.filter(state=state).order_by().values("queue", "kind")
        for row in rows.annotate(n=Count("pk"), since=Min(since)):
            where = [row["queue"], row["kind"], str(state)]
            depth.add_metric(where, row["n"])
            oldest.add_metric(where, max(0.0, (now - row["since"]).total_seconds()))
    yield from (depth, oldest)


def _documents() -> Iterator[Metric]:
    documents = GaugeMetricFamily("marginalia_documents", "Documents under way.", labels=["state"])
    open_ones = Document.objects.filter(finished_at__isnull=True).order_by()
    for row in open_ones.values("state").annotate(n=Count("pk")):
        documents.add_metric([row["state"]], row["n"])
    yield documents
    people = open_ones.aggregate(n=Count("owner", distinct=True))["n"]
    yield GaugeMetricFamily("marginalia_people_waiting", "People with a document under way.", value=people)


def _workers() -> Metric:
    family = GaugeMetricFamily("marginalia_workers", "Workers that listen to the queue.", labels=["queue"])
    for queue, count in workers.alive().items():
        family.add_metric([queue], count)
    return family
