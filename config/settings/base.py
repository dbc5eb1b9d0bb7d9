"""Settings that every environment shares. Each variable read here is described in docs/configuration.md."""

from __future__ import annotations

from typing import Any

import django_stubs_ext

from config import env
from config.embedded.layout import DATABASE, PORT, ROLE, Layout
from config.env import BASE_DIR as BASE_DIR
from limiter.base.addresses import queue_options

from .accounts import *
from .admin import UNFOLD as UNFOLD
from .alerts import *
from .api import *
from .content_security import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from .languages import *
from .limits import *
from .logs import *
from .logs import logging_for
from .metrics import *
from .metrics import metrics_folder
from .retention import *
from .sharing import *
from .tracing import *
from .upstreams import *

# Makes Django's generic classes (ModelAdmin[User]) subscriptable at run time, as their types say.
django_stubs_ext.monkeypatch()

# Where things lie -----------------------------------------------------------------------------

VAR_DIR = BASE_DIR / env.text("VAR_DIR", "var")
LAYOUT = Layout(VAR_DIR)
METRICS_DIR = metrics_folder(VAR_DIR)

STYLE_PAGE = False  # /styles/, with every part of the design
PRODUCTION = False  # true where real people's work is at stake: no demo, no simulator

# Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "limiter.apps.LimiterConfig",
    "feedback.apps.FeedbackConfig",
    "django_rq",
    "django_htmx",
    "corsheaders",
    "csp",
    "ninja",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django.contrib.admin.apps.SimpleAdminConfig",  # config.urls loads its pages, others need none
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.middleware.RequestId",
    "config.middleware.Probes",
    "feedback.operations.observe.middleware.ObserveMiddleware",
    "feedback.operations.observe.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "config.compression.Compression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "config.middleware.Doors",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.Preferences",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Stores ---------------------------------------------------------------------------------------

_database = env.database("DATABASE_URL")
EMBEDDED_POSTGRES = _database is None
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": ROLE,
        "HOST": str(LAYOUT.sockets),
        "PORT": PORT,
    }
    if _database is None
    else _database
}
# A transaction pooler may stand in between: a cursor of the server's would be left behind on its connection.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
# A server that went away leaves its connections in the pool: each is tried before a page gets it, which costs
# a page one round trip.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": env.integer("DATABASE_POOL_MIN", 0),
    "max_size": env.integer("DATABASE_POOL_MAX", 8, minimum=1),
    "timeout": env.number("DATABASE_POOL_TIMEOUT", 30.0, minimum=0.1),
    # Of connections that were not used for so long, one is closed: each is a process of the server's.
    "max_idle": 15.0,
    # Connections are made one at a time, with a pause that doubles after each failure: without a bound a
    # server that was away for minutes would seem so for minutes more.
    "reconnect_timeout": 4.0,
}
# Requests that a web process works on at once; one more would only wait for a connection.
REQUESTS_AT_ONCE = env.integer(
    "REQUESTS_AT_ONCE", DATABASES["default"]["OPTIONS"]["pool"]["max_size"], minimum=1
)
REQUEST_WAIT_SECONDS = env.number("REQUEST_WAIT_SECONDS", 10.0, minimum=0.1)
# What every process shall remember: codes that were used. Short-lived, so it is never full of what counts.
CACHES = {
    "default": {
        "BACKEND": "feedback.base.cache.SharedCache",
        "LOCATION": "feedback_cacheentry",  # of feedback.models.CacheEntry
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_redis = env.redis("REDIS_URL")
EMBEDDED_REDIS = not _redis and LIMITER_BACKEND == "redis"
REDIS_URL = _redis or LAYOUT.redis_url

# The work's queues: one for each stage, and one for each upstream that a model's calls pass.
RQ_QUEUES = {
    queue: {**queue_options(REDIS_URL), "DEFAULT_TIMEOUT": env.integer("JOB_TIMEOUT", 240, minimum=1)}
    for queue in ("parse", "split", "summarise", "deliver", *LIMITER_QUEUES)
}
RQ = {
    "QUEUE_CLASS": "limiter.rq.queue.GatedQueue",
    "JOB_CLASS": "limiter.rq.job.GatedJob",
    "WORKER_CLASS": "limiter.rq.worker.ConcurrentWorker",
    "COMMIT_MODE": "on_db_commit",
}
RQ_SHOW_ADMIN_LINK = (
    False  # a second door to its pages, beside the one that feedback/admin/operations/rq_console.py guards
)

# People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "feedback.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Static files and uploads ---------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [folder for folder in [BASE_DIR / "static"] if folder.exists()]
MAINTENANCE_FILE = VAR_DIR / "maintenance"  # while it exists, every page says that we are back soon
UPLOAD_LIMIT_BYTES = env.integer("UPLOAD_LIMIT_MB", 10, minimum=1) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_LIMIT_BYTES  # a pasted text
FILE_UPLOAD_PERMISSIONS = 0o600

# Safety that costs nothing anywhere -----------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "console", ("console", "json"))
LOGGING = logging_for(LOG_LEVEL, form=LOG_FORMAT, with_time=env.boolean("LOG_TIME", default=True))
