"""Drift of a quota: what Amazon counted of our model beside what we sent, in case others spend it too.

Bedrock's own metrics (CloudWatch, namespace AWS/Bedrock, by ModelId) know every call of the account. A share
that is not ours is somebody else's: another system, a notebook, a second installation. The gate can't see
those calls; it only feels their throttles.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone

from feedback.models import Drift
from feedback.selectors.upstreams.drift import Sent, sent
from feedback.selectors.upstreams.endpoints import target_of

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient

logger = logging.getLogger(__name__)

UPSTREAM = "bedrock"
NAMESPACE, DIMENSION = "AWS/Bedrock", "ModelId"
METRICS = {  # ours: theirs
    "calls": "Invocations",
    "input": "InputTokenCount",
    "output": "OutputTokenCount",
    "throttles": "InvocationThrottles",
}
SPAN = timedelta(hours=1)
LATE = timedelta(minutes=5)  # by which CloudWatch's figures come later than the calls
STEP = 300  # seconds: its finest period that is kept for longer than 15 days


def cloudwatch() -> CloudWatchClient:
    """Region and credentials as for the calls; AWS_ENDPOINT_URL_CLOUDWATCH names another address."""
    import boto3

    return boto3.client("cloudwatch", region_name=settings.BEDROCK_REGION)


def watch_drift(connect: Callable[[], CloudWatchClient] = cloudwatch) -> Drift | None:
    """Count once and keep the result. None: CloudWatch gave no answer, or may not be asked: logged."""
    until = _whole(timezone.now() - LATE)
    since = until - SPAN
    try:
        theirs = _counted(connect(), since, until)
    except (BotoCoreError, ClientError) as error:
        logger.warning("CloudWatch was asked for %s's figures in vain: %s", UPSTREAM, error)
        return None
    ours = sent(UPSTREAM, since, until)
    drift, _ = Drift.objects.update_or_create(
        upstream=UPSTREAM,
        defaults={
            "model": target_of(UPSTREAM).model_id, "since": since, "until": until,
            **{name: getattr(theirs, name) for name in METRICS},
            **{f"our_{name}": getattr(ours, name) for name in METRICS},
        },
    )  # fmt: skip
    return drift


def _whole(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.timestamp() % STEP)


def _counted(client: CloudWatchClient, since: datetime, until: datetime) -> Sent:
    answer = client.get_metric_data(
        MetricDataQueries=[_query(name, metric) for name, metric in METRICS.items()],
        StartTime=since,
        EndTime=until,
    )
    sums = {result["Id"]: round(sum(result["Values"])) for result in answer["MetricDataResults"]}
    return Sent(**sums)


def _query(name: str, metric: str) -> Any:
    dimensions = [{"Name": DIMENSION, "Value": target_of(UPSTREAM).model_id}]
    which = {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": which, "Period": STEP, "Stat": "Sum"}}
