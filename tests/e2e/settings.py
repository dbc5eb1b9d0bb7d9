"""The test settings for a real web server: it serves its static files itself, as in development."""

from __future__ import annotations

from config.settings.test import *  # noqa: F403 - settings build on one another

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
