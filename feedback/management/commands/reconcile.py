from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from feedback.dispatch.reconcile import Reconciler
from feedback.management.housekeeping import until_stopped
from feedback.operations import duties


class Command(BaseCommand):
    help = (
        "Put in line what waits, take back what nobody runs, settle what ended unsettled.\n"
        "Once by itself, or every N seconds until it is stopped, which is one of the housekeeper's duties."
    )
    requires_system_checks = ("limiter",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on until stopped")

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        if every is None:
            self.stdout.write(str(Reconciler(patience=settings.RECONCILE_PATIENCE).run_once()))
        else:
            until_stopped([duties.reconciling(every)])
