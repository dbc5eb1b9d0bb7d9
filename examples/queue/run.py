"""Three customers with weights, one limit, a cap, a breaker: python run.py (REDIS_URL, or a local Redis)."""

import os
from collections import Counter

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

import django_rq  # noqa: E402
from django.core.management import call_command  # noqa: E402
from jobs import call  # noqa: E402

from limiter import selectors, services  # noqa: E402

BY = {"author": "you", "reason": "an example"}
LIMITS = {"requests_per_minute": 600, "burst": 5, "max_in_flight": 4, "breaker_failures": 3}
WEIGHTS = {"gold": 3, "silver": 2, "bronze": 1}

call_command("migrate", verbosity=0)
services.create_upstream(name="provider", values=LIMITS, **BY)
for name, weight in WEIGHTS.items():
    services.set_group_policy(group=name, changes={"weight": weight}, **BY)
queue = django_rq.get_queue("calls")
queue.empty()
jobs = [queue.enqueue(call, name) for _ in range(20) for name in WEIGHTS]
django_rq.get_worker("calls").work(max_jobs=len(jobs), logging_level="CRITICAL")
jobs.sort(key=lambda job: job.refresh() or job.started_at)
runs = [(job.started_at.timestamp(), job.ended_at.timestamp()) for job in jobs]
pace = 60 * (len(runs) - LIMITS["burst"]) / (runs[-1][0] - runs[0][0])
print("of the first 30:", dict(Counter(job.args[0] for job in jobs[:30])))
print(f"a minute, after the burst: about {pace:.0f} of {LIMITS['requests_per_minute']}")
print("at once:", max(sum(a <= now < b for a, b in runs) for now, _ in runs), "of", LIMITS["max_in_flight"])
failing = [queue.enqueue(call, "gold", fails=True) for _ in range(3)]
django_rq.get_worker("calls").work(max_jobs=len(failing), logging_level="CRITICAL")
print("breaker after three failures:", selectors.upstream_status("provider").live.breaker.value)
