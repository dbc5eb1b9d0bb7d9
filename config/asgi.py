from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from config.startup import load_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
load_settings()
application = get_asgi_application()


def _look_after_solo() -> None:
    """Solo's jobs run in the web process: it takes up what waits."""
    from django.conf import settings

    if settings.LIMITER_BACKEND == "memory":
        from feedback import solo

        solo.start()


_look_after_solo()
