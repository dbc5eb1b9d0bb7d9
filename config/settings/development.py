"""For a checkout on one's own machine: `make run`, and every manage.py command by default."""

from __future__ import annotations

from config import env

env.read_file()

from .base import *

DEBUG = env.boolean("DEBUG", default=False)  # true: Django's own error pages
SECRET_KEY = env.text("SECRET_KEY", "development-only-and-known-to-everybody")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
vars().update(
    env.email("EMAIL_URL", default="consolemail://localhost")
)  # links of mails stand in the terminal
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "marginalia@localhost")
STYLE_PAGE = True
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # stylesheets and scripts as they lie there
INTERNAL_IPS = ["127.0.0.1"]
METRICS_OPEN = True
ALERTS_NETWORKS = [*ALERTS_NETWORKS, "127.0.0.0/8", "::1/128"]
WEBHOOKS_NETWORKS = [*WEBHOOKS_NETWORKS, "127.0.0.0/8", "::1/128"]
