"""A project that knows nothing of this repository: the least that Django's admin and the limiter want."""

from __future__ import annotations

import json
import os

LOOK = ["unfold"] if os.environ.get("UNFOLD") else []

SECRET_KEY = "for a test"
ALLOWED_HOSTS = ["testserver"]
DATABASES = {"default": json.loads(os.environ["DATABASE"])}
INSTALLED_APPS = [
    *LOOK,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_rq",
    "limiter",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "urls"
STATIC_URL = "static/"
USE_TZ = True
RQ_QUEUES = {"calls": {"URL": os.environ["REDIS_URL"]}}
RQ = {
    "QUEUE_CLASS": "limiter.rq.queue.GatedQueue",
    "JOB_CLASS": "limiter.rq.job.GatedJob",
    "WORKER_CLASS": "limiter.rq.worker.ConcurrentWorker",
}
LIMITER_QUEUES = {"calls": "calls"}
LIMITER_SEED = None
CONCURRENCY = {"reports": {"most": 2}}
