from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FeedbackConfig(AppConfig):
    name = "feedback"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import user_logged_in
        from django.conf import settings

        from limiter.operations.watch import (
            add_failure_counter,
            add_holder,
            add_listener,
            add_mover,
            add_watcher,
        )

        from .operations.alerts.seed import seed_after_migrate
        from .operations.observe import gate, tracing
        from .services.accounts.roles import make_after_migrate
        from .services.operations import audit
        from .services.upstreams import endpoints
        from .services.work import provisional

        tracing.start(export=settings.TRACES_EXPORTED)
        add_watcher(gate.watch)
        add_failure_counter(gate.thread_failed)
        add_listener(audit.record_change_of_limits)
        add_mover(provisional.breaker_moved)
        add_holder(provisional.hold_moved)
        user_logged_in.connect(audit.record_staff_sign_in, dispatch_uid="feedback.audit.sign_in")
        post_migrate.connect(seed_after_migrate, sender=self, dispatch_uid="feedback.operations.alerts.seed")
        post_migrate.connect(
            endpoints.seed_after_migrate, sender=self, dispatch_uid="feedback.endpoints.seed"
        )
        post_migrate.connect(make_after_migrate, sender=self, dispatch_uid="feedback.services.accounts.roles")
