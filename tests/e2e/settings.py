"""The test settings for a real web server: it serves its static files itself, as in development."""

from __future__ import annotations

from typing import Any

from django.core.signals import request_started

from config import env
from config.settings.test import *  # noqa: F403 - settings build on one another

vars().update(env.email("EMAIL_URL", default="consolemail://localhost"))

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STYLE_PAGE = True
ROOT_URLCONF = "tests.e2e.urls"  # with pages that fail on purpose


def forget_content_types(**_: Any) -> None:
    """Tests empty the tables under a server that lives on, and content types get new ids."""
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects.clear_cache()


request_started.connect(forget_content_types)
