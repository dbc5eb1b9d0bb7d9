"""A job that was popped and never started: another worker puts it back, whatever any host's clock says."""

from __future__ import annotations

import time_machine
from redis import Redis

from limiter.rq.queue import GatedQueue
from limiter.rq.worker.upkeep.popped import SECONDS, Popped
from tests.integration.rq.jobs import nothing


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def popped_from(queue: GatedQueue, redis_client: Redis) -> str:
    job = queue.enqueue(nothing)
    redis_client.lmove(queue.key, queue.intermediate_queue_key)
    return job.id


def test_after_a_minute_it_is_first_in_line_again(plain: GatedQueue, redis_client: Redis) -> None:
    clock, job = Clock(), popped_from(plain, redis_client)
    later = plain.enqueue(nothing)
    popped = Popped(plain, clock)
    popped.put_back()
    clock.now += SECONDS - 1
    popped.put_back()
    assert plain.get_job_ids() == [later.id], "its worker may live"
    clock.now += 1
    popped.put_back()
    assert plain.get_job_ids() == [job, later.id]
    assert plain.intermediate_queue.get_job_ids() == []


def test_a_worker_ahead_of_the_time_holds_nothing_up(plain: GatedQueue, redis_client: Redis) -> None:
    job = popped_from(plain, redis_client)
    with time_machine.travel("2100-01-01", tick=True):
        Popped(plain).put_back()
    clock = Clock()
    ours = Popped(plain, clock)
    ours.put_back()
    clock.now += SECONDS
    ours.put_back()
    assert plain.get_job_ids() == [job]


def test_two_workers_put_it_back_once(plain: GatedQueue, redis_client: Redis) -> None:
    clock, job = Clock(), popped_from(plain, redis_client)
    workers = [Popped(plain, clock), Popped(plain, clock)]
    for each in workers:
        each.put_back()
    clock.now += SECONDS
    for each in workers:
        each.put_back()
    assert plain.get_job_ids() == [job]


def test_what_is_started_meanwhile_is_left_alone(plain: GatedQueue, redis_client: Redis) -> None:
    clock, _ = Clock(), popped_from(plain, redis_client)
    popped = Popped(plain, clock)
    popped.put_back()
    redis_client.delete(plain.intermediate_queue_key)
    clock.now += SECONDS
    popped.put_back()
    assert plain.get_job_ids() == []
