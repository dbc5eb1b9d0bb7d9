from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from config.startup import load_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
load_settings()
application = get_asgi_application()
