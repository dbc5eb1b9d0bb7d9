"""For a service that people rely on. Refuses to start without what it would be unsafe to lack."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from config import env

env.read_file()

from .base import *

PRODUCTION = True
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set: expected this site's host names, with commas")

# The simulator writes feedback that means nothing and must not pass for real feedback.
if FEEDBACK_UPSTREAM == "simulated":
    raise ImproperlyConfigured("FEEDBACK_UPSTREAM is 'simulated': expected 'bedrock' or 'offline'")
LIMITER_QUEUES = {queue: upstream for queue, upstream in LIMITER_QUEUES.items() if upstream != "simulated"}
RQ_QUEUES = {queue: options for queue, options in RQ_QUEUES.items() if queue != "simulated"}

if not env.boolean("ALLOW_EMBEDDED_SERVERS", default=False):
    for name, embedded in (("DATABASE_URL", EMBEDDED_POSTGRES), ("REDIS_URL", EMBEDDED_REDIS)):
        if embedded:
            raise ImproperlyConfigured(
                f"{name} is not set: expected a server's URL, or ALLOW_EMBEDDED_SERVERS=true for a small site"
            )

# Programs read the log of a service.
LOGGING = logging_for(LOG_LEVEL, form=env.choice("LOG_FORMAT", "json", ("console", "json")))

# HTTPS everywhere. TRUST_PROXY: a proxy in front ends TLS, and sets X-Forwarded-Proto itself.
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.boolean("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.boolean("SECURE_HSTS_PRELOAD", default=True)
SECURE_REDIRECT_EXEMPT = [r"^(metrics|healthz|readyz)$"]  # asked from within, without TLS
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if env.boolean("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # nginx, and a service in another account than the one that collected them, read these.
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}

vars().update(env.email("EMAIL_URL", default="smtp://localhost:25"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "marginalia@localhost")
