from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import close_old_connections
from redis.exceptions import RedisError

from feedback.dispatch.reconcile import Reconciler
from feedback.operations import heartbeats
from limiter.gate.model import GateError

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Put in line what waits, take back what nobody runs, settle what ended unsettled.\n"
        "Once by itself, or every N seconds until it is stopped; several at once do no harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on until stopped")

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        reconciler = Reconciler(patience=settings.RECONCILE_PATIENCE)
        if every is None:
            self.stdout.write(str(reconciler.run_once()))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._pass(reconciler)
            heartbeats.beat("reconcile", every=every)
            stop.wait(every)

    def _pass(self, reconciler: Reconciler) -> None:
        """A store that is away for a while is no reason to end: the next pass finds more to do."""
        try:
            done = reconciler.run_once()
        except (RedisError, GateError, DatabaseError) as error:
            self.stderr.write(f"not reconciled: {error}")
        except Exception:  # one row that is odd must not end what looks after all others
            logger.exception("a pass ended early; the next one begins anew")
        else:
            if done:
                self.stdout.write(str(done))
        finally:
            close_old_connections()
