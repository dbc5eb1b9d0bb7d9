from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import RedisError

from feedback.services.upstreams.warmth import warm_due
from limiter.gate.model import GateError


class Command(BaseCommand):
    help = (
        "Put a short call in line for each upstream whose model has yet to compile the schema of answers.\n"
        "For deployments: reconcile does the same within a minute, and once a day from then on."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.WARM_SCHEMAS:
            raise CommandError("This site warms no schemas: WARM_SCHEMAS is off.", returncode=2)
        try:
            asked = warm_due()
        except (RedisError, GateError) as error:
            raise CommandError(f"The gate can't be asked: {error}") from error
        words = f"In line for {', '.join(asked)}." if asked else "Nothing to warm."
        self.stdout.write(words)
