from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from django.core.asgi import get_asgi_application

from config.startup import load_settings

if TYPE_CHECKING:
    from asgiref.typing import ASGI3Application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
load_settings()
django = get_asgi_application()

from config.request_limit import RequestLimit  # noqa: E402 - it needs Django's settings

application = RequestLimit(cast("ASGI3Application", django))


def _look_after_solo() -> None:
    """Solo's jobs run in the web process: it takes up what waits."""
    from django.conf import settings

    if settings.LIMITER_BACKEND == "memory":
        from feedback.dispatch import solo

        solo.start()


_look_after_solo()
