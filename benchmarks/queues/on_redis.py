"""Libraries with their queue in Redis: ours, rq, Celery, Dramatiq. Each fills a queue, and drains it."""

from __future__ import annotations

import os
from typing import Any

from counted import counted
from noop import flow, group, nothing

URL = os.environ["REDIS_URL"]
THREADS = 50
MANY = 1_000_000  # of every limit: none binds, so that what is measured is the cost of asking
LIMITS = {
    "requests_per_minute": MANY, "burst": MANY // 10, "tokens_per_minute": 1_000 * MANY,
    "tokens_per_day": 10**6 * MANY, "max_in_flight": 1_000, "flow_in_flight": 500,
}  # fmt: skip
BY = {"author": "a benchmark", "reason": "to compare"}


class Ours:
    """Shared limits of requests, tokens and calls in flight, a flow's own, a breaker, fair turns among 50
    flows in 5 groups. Without limits: a queue that no upstream stands behind."""

    def __init__(self, limited: bool) -> None:
        import django
        from django.conf import settings

        self.name = "calls" if limited else "plain"
        settings.configure(
            DATABASES={
                "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["OUR_DATABASE"]}
            },
            INSTALLED_APPS=["django_rq", "limiter"],
            RQ_QUEUES={name: {"URL": URL} for name in ("calls", "plain")},
            RQ={
                "QUEUE_CLASS": "limiter.rq.queue.GatedQueue",
                "WORKER_CLASS": "limiter.rq.worker.ConcurrentWorker",
            },
            LIMITER_QUEUES={"calls": "provider"},
            LIMITER_SEED=None,
            LIMITER_WORKER_SLOTS=THREADS,
            USE_TZ=True,
        )
        django.setup()

    def fill(self, jobs: int) -> None:
        import django_rq
        from django.core.management import call_command

        from limiter import gated, services
        from limiter.configuration.publication import reconcile_configuration
        from limiter.models import Upstream

        call_command("migrate", verbosity=0)
        if not Upstream.objects.exists():
            services.create_upstream(name="provider", values=LIMITS, **BY)
        reconcile_configuration()  # each round empties Redis
        job = (
            gated(flow=flow, group=group, cost=500, output=500)(nothing) if self.name == "calls" else nothing
        )
        queue = django_rq.get_queue(self.name)
        queue.enqueue_many([queue.prepare_data(job, (number,)) for number in range(jobs)])

    def drain(self, jobs: int) -> None:
        import django_rq

        django_rq.get_worker(self.name).work(burst=True, logging_level="CRITICAL")


class Rq:
    """rq's RateLimit is a limit of those that are queued or run at once; there is none of a rate."""

    worker = "Worker"

    def __init__(self, limited: bool) -> None:
        from redis import Redis
        from rq import Queue

        self.connection = Redis.from_url(URL)
        self.queue, self.limited = Queue("calls", connection=self.connection), limited

    def fill(self, jobs: int) -> None:
        from rq.rate_limit import RateLimit

        limit: dict[str, Any] = {"rate_limit": RateLimit("calls", MANY)} if self.limited else {}
        for number in range(jobs):
            self.queue.enqueue(nothing, number, **limit)

    def drain(self, jobs: int) -> None:
        import rq

        getattr(rq, self.worker)([self.queue], connection=self.connection).work(
            burst=True, logging_level="CRITICAL"
        )


class RqSimple(Rq):
    worker = "SimpleWorker"


class Celery:
    """`rate_limit` is of one process, and kept in its memory: two processes let twice as much through."""

    def __init__(self, limited: bool) -> None:
        from celery import Celery as App

        self.app = App("calls", broker=os.environ["BROKER_URL"])
        self.app.conf.update(task_acks_late=True, task_ignore_result=True, worker_redirect_stdouts=False)
        self.app.conf.update(broker_connection_retry_on_startup=True)
        self.task = self.app.task(nothing, name="nothing", rate_limit=f"{MANY}/s" if limited else None)

    def fill(self, jobs: int) -> None:
        for number in range(jobs):
            self.task.delay(number)

    def drain(self, jobs: int) -> None:
        import threading

        worker = self.app.Worker(
            pool="threads", concurrency=THREADS, loglevel="CRITICAL",
            without_gossip=True, without_mingle=True, without_heartbeat=True,
        )  # fmt: skip
        threading.Thread(target=self._end, args=(jobs,), daemon=True).start()
        worker.start()

    @staticmethod
    def _end(jobs: int) -> None:
        """Its own end takes the process with it."""
        counted.wait_for(jobs)
        counted.report()
        os._exit(0)


class Dramatiq:
    """Its limiters are asked within the job: one that is refused raises, and is tried again later."""

    def __init__(self, limited: bool) -> None:
        import dramatiq
        from dramatiq.brokers.redis import RedisBroker
        from dramatiq.rate_limits import BucketRateLimiter, ConcurrentRateLimiter
        from dramatiq.rate_limits.backends import RedisBackend

        self.broker = RedisBroker(url=URL)
        dramatiq.set_broker(self.broker)
        backend = RedisBackend(url=URL)
        at_once = ConcurrentRateLimiter(backend, "at-once", limit=1_000)
        a_minute = BucketRateLimiter(backend, "a-minute", limit=MANY, bucket=60_000)

        def within_limits(number: int = 0) -> None:
            with at_once.acquire(), a_minute.acquire():
                nothing(number)

        self.actor = dramatiq.actor(within_limits if limited else nothing, actor_name="nothing")

    def fill(self, jobs: int) -> None:
        for number in range(jobs):
            self.actor.send(number)

    def drain(self, jobs: int) -> None:
        import dramatiq

        worker = dramatiq.Worker(self.broker, worker_threads=THREADS, worker_timeout=100)
        worker.start()
        counted.wait_for(jobs)
        worker.stop()
