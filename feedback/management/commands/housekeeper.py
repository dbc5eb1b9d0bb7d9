from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from feedback.management.housekeeping import until_stopped
from feedback.operations import duties


class Command(BaseCommand):
    help = (
        "Reconcile, look at the alert rules, and serve rq's scheduling, until it is stopped.\n"
        "Several at once share the work: each duty is done by one of them at a time."
    )
    requires_system_checks = ("limiter",)  # the others would load every page of the site, for good

    def handle(self, *args: Any, **options: Any) -> None:
        until_stopped(duties.every_duty())
