from __future__ import annotations

import signal
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from feedback.operations.observe.metrics.cloudwatch import Exporter


class Command(BaseCommand):
    """Exit status 1: CloudWatch could not be reached, or refused."""

    help = (
        "Send the metrics to CloudWatch, in place of or beside Prometheus reading them.\n"
        "Counters are sent as what was added since the last pass, so one process has to go on: --every 60.\n"
        "Region and credentials are found as boto3 finds them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cloudwatch", action="store_true", required=True, help="the only target so far")
        parser.add_argument("--namespace", default="Marginalia", help="of the metrics; Marginalia by default")
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on until stopped")

    def handle(
        self, *args: Any, namespace: str = "Marginalia", every: float | None = None, **options: Any
    ) -> None:
        exporter = _exporter(namespace)
        if every is None:
            self._send(exporter, must=True)
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._send(exporter)
            close_old_connections()
            stop.wait(every)

    def _send(self, exporter: Exporter, *, must: bool = False) -> None:
        try:
            count = exporter.send()
        except (BotoCoreError, ClientError) as error:
            if must:
                raise CommandError(f"CloudWatch took nothing: {error}", returncode=1) from error
            self.stderr.write(f"CloudWatch took nothing: {error}")
        else:
            self.stdout.write(f"{count} figures sent to CloudWatch")


def _exporter(namespace: str) -> Exporter:
    import boto3

    try:
        return Exporter(boto3.client("cloudwatch"), namespace)
    except BotoCoreError as error:
        raise CommandError(f"CloudWatch can't be used: {error}", returncode=1) from error
