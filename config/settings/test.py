"""For the test suite, which says in the environment which servers it started. Reads no .env file."""

from __future__ import annotations

from config import env

from .base import *

DEBUG = False
SECRET_KEY = "known-to-every-test"  # noqa: S105 - protects nothing
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of sign-ins
ALERTS_NETWORKS = WEBHOOKS_NETWORKS = ["127.0.0.0/8"]  # where the tests' own receivers listen
# A slow machine is no Redis that is away.
LIMITS_STORE_SECONDS = env.number("LIMITS_STORE_SECONDS", 30.0)
LIMITER_ANSWER_SECONDS = env.number("LIMITER_ANSWER_SECONDS", 30.0)
WHITENOISE_AUTOREFRESH = True  # nothing is collected, so there is no folder to scan
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
