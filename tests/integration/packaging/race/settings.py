"""A project of its own with one limited queue, for workers that are killed."""

from __future__ import annotations

import os

SECRET_KEY = "for a test"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["RACE_DATABASE"]}}
INSTALLED_APPS = ["django_rq", "limiter"]
RQ_QUEUES = {"calls": {"URL": os.environ["REDIS_URL"]}}
RQ = {"QUEUE_CLASS": "limiter.rq.queue.GatedQueue", "WORKER_CLASS": "limiter.rq.worker.ConcurrentWorker"}
LIMITER_QUEUES, LIMITER_SEED = {"calls": "provider"}, None
LIMITER_WORKER_SLOTS = 3
USE_TZ = True
