"""A project of its own: what runs on its queue `calls` passes the limits of the upstream `provider`."""

import os
import tempfile

SECRET_KEY = "of an example"  # noqa: S105
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{tempfile.mkdtemp()}/db"}}
INSTALLED_APPS = ["django_rq", "limiter"]
RQ_QUEUES = {"calls": {"URL": os.environ.get("REDIS_URL", "redis://localhost:6379/0")}}
RQ = {"QUEUE_CLASS": "limiter.rq.queue.GatedQueue", "WORKER_CLASS": "limiter.rq.worker.ConcurrentWorker"}
LIMITER_QUEUES, LIMITER_SEED = {"calls": "provider"}, None
