from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from feedback.management.housekeeping import beside
from feedback.operations import duties
from limiter.management.commands.rqworker import Command as Worker


class Command(Worker):
    help = (
        "A worker that keeps the house as well, where one machine does everything: a process fewer.\n"
        "Elsewhere `rqworker` and `housekeeper` each have their own."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with beside(duties.every_duty()) as lost:
            super().handle(*args, **options)
        if lost:
            raise CommandError(f"{', '.join(lost)} can't go on in this process")
