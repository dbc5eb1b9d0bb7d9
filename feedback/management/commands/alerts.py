from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import close_old_connections

from feedback.operations import heartbeats
from feedback.operations.alerts.evaluation import Pass, evaluate
from feedback.operations.alerts.outbox import deliver_due
from feedback.operations.observe.metrics.folding import tidy

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Look at the alert rules, and tell who has to know.\n"
        "Once by itself, or every N seconds until it is stopped; several at once do no harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on until stopped")

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        if every is None:
            logging.getLogger("feedback.operations.alerts").setLevel(
                logging.ERROR
            )  # what it would say is the answer
            self._tell(evaluate(), deliver_due())
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._pass()
            heartbeats.beat("alerts", every=every)
            stop.wait(every)

    def _pass(self) -> None:
        """A database that is away for a while is no reason to end."""
        try:
            evaluate()
            deliver_due()
            if settings.METRICS_DIR:
                tidy(Path(settings.METRICS_DIR))  # where /metrics is not read, nothing else tidies
        except DatabaseError as error:
            self.stderr.write(f"rules were not looked at: {type(error).__name__}")
        except Exception:  # one rule or one file that is odd must not end what looks after all others
            logger.exception("a pass ended early; the next one begins anew")
        finally:
            close_old_connections()

    def _tell(self, done: Pass, sent: int) -> None:
        for words in done.fired:
            self.stdout.write(f"fires: {words}")
        for words in done.resolved:
            self.stdout.write(f"over: {words}")
        for name in done.unread:
            self.stdout.write(f"could not be looked at: {name}")
        if sent or not done:
            self.stdout.write(f"{len(done.fired)} fire, {len(done.resolved)} are over, {sent} messages sent")
