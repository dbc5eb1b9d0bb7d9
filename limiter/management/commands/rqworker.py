from __future__ import annotations

from typing import Any

import django_rq
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django_rq.management.commands.rqworker import Command as RQWorker

from limiter.rq.named_job import serializer_of
from limiter.rq.retry import Misconfigured, until_it_takes_writes


class Command(RQWorker):
    """django-rq's own, which waits for a Redis that is away, and reads JSON where jobs are held to a list."""

    requires_system_checks = ("limiter",)  # the others would load every page of the site, for good

    def handle(self, *args: Any, **options: Any) -> None:
        connection = django_rq.get_connection(args[0] if args else "default")
        try:
            until_it_takes_writes(connection, "the start of a worker")
        except Misconfigured as error:
            raise CommandError(f"REDIS_URL: {error}", returncode=2) from None
        options["serializer"] = serializer_of(options["serializer"])
        try:
            super().handle(*args, **options)  # type: ignore[no-untyped-call]
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=2) from None
