"""Checks of the processes: workers on every queue, rq's scheduler, the programs that keep house."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from feedback.operations import heartbeats
from feedback.selectors.work import workers as alive
from limiter.gates import connection

from .model import Finding, fail, ok, warn

SOLO = "Solo does it in the serving process."
PREFIX = "rq:queue:"
QUEUES = "rq:queues"  # rq's own set of every queue that ever had a job


def workers() -> Iterator[Finding]:
    if connection() is None:
        yield ok("workers", SOLO)
        return
    listening = alive.alive()
    idle = sorted(queue for queue, count in listening.items() if not count)
    start = f"manage.py rqworker {' '.join(settings.RQ_QUEUES)}"
    if not listening.total():
        yield fail("workers", "No worker runs: what is handed in stays in line.", start)
    elif idle:
        yield fail("workers", f"No worker listens to {', '.join(idle)}.", start)
    else:
        counts = ", ".join(f"{queue} {count}" for queue, count in listening.items())
        yield ok("workers", f"on each queue: {counts}")


def queues() -> Iterator[Finding]:
    """Jobs in queues that the settings do not have wait for ever."""
    client = connection()
    if client is None:
        yield ok("queues", SOLO)
        return
    from rq.utils import as_text

    names = {as_text(key).removeprefix(PREFIX) for key in client.smembers(QUEUES)}
    strangers = sorted(names - set(settings.RQ_QUEUES))
    waiting = {name: client.llen(PREFIX + name) for name in strangers}
    lost = {name: count for name, count in waiting.items() if count}
    for name, count in lost.items():
        yield warn(
            "queues",
            f"{count} jobs wait in the queue {name}, which the settings do not have.",
            f"Start a worker with the settings that have it, or empty it: rq empty {name}",
        )
    if not lost:
        yield ok("queues", f"{len(settings.RQ_QUEUES)} queues, no job in any other")


def scheduler() -> Iterator[Finding]:
    """What is to be tried again later: each of our workers puts in line what is due, and rq's scheduler."""
    client = connection()
    if client is None:
        yield ok("scheduler", SOLO)
        return
    from rq.scheduler import RQScheduler

    ours = {queue for each in alive.everybody() if each.is_alive and each.slots for queue in each.queues}
    without = [
        name
        for name in settings.RQ_QUEUES
        if name not in ours and not client.exists(RQScheduler.get_locking_key(name))
    ]
    if without:
        yield fail(
            "scheduler",
            f"Nobody brings back what is to be tried again later in {', '.join(without)}.",
            "manage.py housekeeper",
        )
    else:
        yield ok("scheduler", "a worker or rq's scheduler brings back what is due on every queue")


def housekeeping() -> Iterator[Finding]:
    if connection() is None:
        yield ok("housekeeping", SOLO)
        return
    heard = heartbeats.heard()
    for program, (command, loss) in heartbeats.PROGRAMS.items():
        if program in heard:
            yield ok("housekeeping", f"{program} is done on {heard[program]}")
        else:
            yield fail("housekeeping", f"Nobody does {program}: {loss}.", f"manage.py {command}")
