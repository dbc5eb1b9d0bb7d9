from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LimiterConfig(AppConfig):
    name = "limiter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401  # registers them
        from .configuration.seed import seed_after_migrate
        from .named import checks as named_checks  # noqa: F401  # and those of named limits and breakers

        post_migrate.connect(seed_after_migrate, sender=self, dispatch_uid="limiter.configuration.seed")
