from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from feedback.management.housekeeping import until_stopped
from feedback.operations import duties
from feedback.operations.alerts.evaluation import Pass, evaluate
from feedback.operations.alerts.outbox import deliver_due


class Command(BaseCommand):
    help = (
        "Look at the alert rules, and tell who has to know.\n"
        "Once by itself, or every N seconds until it is stopped, which is one of the housekeeper's duties."
    )
    requires_system_checks = ("limiter",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on until stopped")

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        if every is None:
            logging.getLogger("feedback.operations.alerts").setLevel(
                logging.ERROR
            )  # what it would say is the answer
            self._tell(evaluate(), deliver_due())
            return
        until_stopped([duties.alerting(every)])

    def _tell(self, done: Pass, sent: int) -> None:
        for words in done.fired:
            self.stdout.write(f"fires: {words}")
        for words in done.resolved:
            self.stdout.write(f"over: {words}")
        for name in done.unread:
            self.stdout.write(f"could not be looked at: {name}")
        if sent or not done:
            self.stdout.write(f"{len(done.fired)} fire, {len(done.resolved)} are over, {sent} messages sent")
