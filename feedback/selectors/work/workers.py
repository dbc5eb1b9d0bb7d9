"""Workers: rq's, with the queues they listen to and what each of them holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.dateparse import parse_datetime

from feedback.dispatch import job_queue
from limiter.base.server_time import seconds_of
from limiter.gates import redis_of_queues

if TYPE_CHECKING:
    from redis import Redis

SILENT_SECONDS = 60.0  # our worker says every ten seconds that it lives


def alive() -> Counter[str]:
    """How many live workers listen to each configured queue; `everybody` are the live workers.

    Solo has no workers, and no queue is named. Raises redis.RedisError.
    """
    if not job_queue.has_workers():
        return Counter()
    from rq.utils import as_text
    from rq.worker_registration import WORKERS_BY_QUEUE_KEY

    names = list(settings.RQ_QUEUES)
    connection = redis_of_queues()
    with connection.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.smembers(WORKERS_BY_QUEUE_KEY % name)
        listeners = {name: set(map(as_text, keys)) for name, keys in zip(names, pipe.execute(), strict=True)}
    living = _living(connection, {key for keys in listeners.values() for key in keys})
    return Counter({name: len(keys & living) for name, keys in listeners.items()})


@dataclass(frozen=True, slots=True)
class Worker:
    """One of rq's workers, by its own last record."""

    name: str
    host: str
    pid: str
    state: str
    queues: Sequence[str]
    slots: int | None  # jobs that it holds at most; None: it is one of rq's own, which hold one
    born: datetime | None
    heard: datetime | None
    is_alive: bool
    holds: Sequence[str]  # keys of jobs

    @property
    def free(self) -> int:
        return max(0, (self.slots or 1) - len(self.holds))


def everybody() -> list[Worker]:
    """All that are registered, by name, the dead ones too until rq forgets them. Raises redis.RedisError.

    None in solo, where jobs run in the web process.
    """
    if not job_queue.has_workers():
        return []
    from rq.utils import as_text
    from rq.worker_registration import REDIS_WORKER_KEYS

    connection = redis_of_queues()
    keys = sorted(map(as_text, connection.smembers(REDIS_WORKER_KEYS)))
    with connection.pipeline(transaction=False) as pipe:
        pipe.time()
        for key in keys:
            pipe.hgetall(key)
            pipe.smembers(f"{key}:executions")
        time, *answers = pipe.execute()
    records = zip(keys, answers[::2], answers[1::2], strict=True)
    now = seconds_of(time)
    return [_worker(key.rpartition(":")[2], raw, holds, now) for key, raw, holds in records if raw]


def _worker(name: str, raw: Mapping[bytes, bytes], holds: Iterable[bytes], now: float) -> Worker:
    from rq.utils import as_text

    fields = {as_text(field): value.decode(errors="replace") for field, value in raw.items()}
    heard = fields.get("last_heartbeat", "")
    return Worker(
        name=name,
        host=fields.get("hostname", ""),
        pid=fields.get("pid", ""),
        state=fields.get("state", ""),
        queues=[queue for queue in fields.get("queues", "").split(",") if queue],
        slots=int(fields["slots"]) if fields.get("slots", "").isdigit() else None,
        born=parse_datetime(fields.get("birth", "")),
        heard=parse_datetime(heard),
        is_alive=bool(heard) and not fields.get("death") and _is_fresh(heard, now),
        holds=sorted(as_text(each).partition(":")[0] for each in holds),
    )


def _living(connection: Redis, workers: Iterable[str]) -> set[str]:
    from rq.utils import as_text

    keys = sorted(workers)
    with connection.pipeline(transaction=False) as pipe:
        pipe.time()
        for key in keys:
            pipe.hmget(key, "last_heartbeat", "death")
        time, *answers = pipe.execute()
    records = zip(keys, answers, strict=True)
    now = seconds_of(time)
    return {key for key, (heard, death) in records if heard and not death and _is_fresh(as_text(heard), now)}


def _is_fresh(heard: str, now: float) -> bool:
    """By the server's clock, as our workers write it. A stock worker says nothing for minutes while it waits:
    its key's own time to live must do."""
    if not str(settings.RQ.get("WORKER_CLASS", "")).endswith("ConcurrentWorker"):
        return True
    moment = parse_datetime(heard)
    return moment is not None and now - moment.timestamp() < SILENT_SECONDS
