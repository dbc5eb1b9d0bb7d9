"""What waits goes on to the next upstream of its pool while one is shut or saturated, and comes back."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django_rq
import pytest
from django.db import connection

from feedback.dispatch import routes, upstreams
from feedback.dispatch.reconcile import Reconciler
from feedback.errors import Refused
from feedback.models import Document, Job
from feedback.services.intake.documents import Handed, submit
from feedback.services.work import failover, job_runs, jobs
from limiter import services
from limiter.configuration import pools
from limiter.gate.model import BreakerMode, Lease
from limiter.jobs.execution import Execution
from limiter.models import Plan, Upstream
from tests.factories import people
from tests.factories.work import a_student, an_analysis

BY: dict[str, Any] = {"author": "operator", "reason": "a test"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def pool(redis_client: object, transactional_db: None) -> None:
    """The simulated provider, and offline where that is away."""
    for name in ("simulated", "offline"):
        if not Upstream.objects.filter(name=name).exists():
            services.create_upstream(name=name, values={}, **BY)
    services.set_pool(name="writing", members=["simulated", "offline"], changes={}, **BY)
    pools.forget_views()


def saturated_beyond(jobs_in_line: int) -> None:
    services.change_upstream(upstream="simulated", changes={"line_bound": 100}, **BY)
    services.set_pool(
        name="writing", members=["simulated", "offline"],
        changes={"line_share": jobs_in_line / 100}, **BY,
    )  # fmt: skip
    pools.forget_views()


def force(mode: BreakerMode) -> None:
    services.force_breaker(upstream="simulated", mode=mode, **BY)
    pools.forget_views()


def in_line(*documents: Document) -> Counter[str]:
    for document in documents:
        for job in document.jobs.all():
            django_rq.get_queue(job.queue)
    waiting = Job.objects.filter(state=Job.State.WAITING)
    for job in waiting:
        if str(job.pk) not in django_rq.get_queue(job.queue).get_job_ids():
            from feedback.dispatch import job_queue

            job_queue.enqueue(job)
    return Counter(waiting.values_list("upstream", flat=True))


def listed(queue: str) -> set[str]:
    return set(django_rq.get_queue(queue).get_job_ids())


def test_while_the_breaker_is_open_what_waits_goes_on() -> None:
    document = an_analysis(upstream="simulated")
    assert in_line(document) == {"simulated": 2}
    force(BreakerMode.FORCED_OPEN)
    assert Reconciler(patience=45).run_once().moved == 2
    ids = {str(job.pk) for job in document.jobs.all()}
    assert (listed("simulated"), listed("offline") & ids) == (set(), ids)
    assert in_line() == {"offline": 2}
    kinds = [event.kind for event in document.jobs.all()[0].events.all()]
    assert kinds == ["moved"]


def test_and_comes_back_when_it_is_closed() -> None:
    document = an_analysis(upstream="simulated")
    in_line(document)
    force(BreakerMode.FORCED_OPEN)
    failover.move_all()
    force(BreakerMode.AUTO)
    assert failover.move_all() == 2
    assert in_line() == {"simulated": 2}
    assert listed("offline") == set()
    assert failover.move_all() == 0


def test_new_work_goes_where_it_can_begin() -> None:
    document = an_analysis(upstream="simulated")
    assert routes.route(Job.Kind.ANALYSE, document).upstream == "simulated"
    force(BreakerMode.FORCED_OPEN)
    assert routes.route(Job.Kind.ANALYSE, document) == routes.Route("offline", "offline")
    services.change_upstream(upstream="offline", changes={"paused": True}, **BY)
    pools.forget_views()
    assert routes.route(Job.Kind.ANALYSE, document).upstream == "simulated"


def test_of_a_saturated_line_only_what_is_beyond_goes_on_the_newest_first() -> None:
    documents = [an_analysis(upstream="simulated") for _ in range(4)]
    in_line(*documents)
    saturated_beyond(5)
    assert failover.move_all() == 3
    assert in_line() == {"simulated": 5, "offline": 3}
    oldest = documents[0].jobs.all()
    assert {job.upstream for job in oldest} == {"simulated"}
    assert failover.move_all() == 0, "nothing goes to and fro"


def test_a_long_wait_is_saturation_too() -> None:
    in_line(*[an_analysis(upstream="simulated") for _ in range(4)])
    services.change_upstream(upstream="simulated", changes={"requests_per_minute": 6}, **BY)
    services.set_pool(name="writing", members=["simulated", "offline"], changes={"wait_seconds": 30}, **BY)
    assert failover.move_all() == 5  # three begin within half a minute
    assert in_line() == {"simulated": 3, "offline": 5}


def test_what_must_not_go_elsewhere_waits() -> None:
    assignment = people.assignment(allowed_upstreams=["simulated"])
    bound = an_analysis(upstream="simulated", assignment=assignment)
    free = an_analysis(upstream="simulated")
    in_line(bound, free)
    force(BreakerMode.FORCED_OPEN)
    assert failover.move_all() == 2
    assert {job.upstream for job in bound.jobs.all()} == {"simulated"}
    assert {job.upstream for job in free.jobs.all()} == {"offline"}


def test_a_plan_can_forbid_it_as_well() -> None:
    Plan.objects.filter(is_default=True).delete()
    services.create_plan(
        name="at-home", values={"is_default": True, "allowed_upstreams": ["simulated"]}, **BY
    )
    document = an_analysis(upstream="simulated")
    in_line(document)
    force(BreakerMode.FORCED_OPEN)
    assert failover.move_all() == 0
    assert routes.route(Job.Kind.ANALYSE, document).upstream == "simulated"


def test_work_with_all_its_upstreams_forbidden_is_refused_at_the_door(
    settings: Any,
) -> None:
    settings.FEEDBACK_UPSTREAM = "simulated"
    allowed = people.assignment(allowed_upstreams=["offline"])
    nowhere = people.assignment(allowed_upstreams=["elsewhere"])
    assert upstreams.homes_of(a_student(), allowed) == ["offline"]
    with pytest.raises(Refused, match="No model that may read this work"):
        submit(
            owner=a_student(), handed=Handed.pasted("Bees matter."), submission_key="k", assignment=nowhere
        )


def test_a_run_that_was_admitted_on_the_old_line_cannot_claim_the_row() -> None:
    document = an_analysis(upstream="simulated")
    job = document.jobs.all()[0]
    lease = Lease("lease", str(job.pk), "simulated", job.flow, job.group, 1, 0, "e", 0.0)
    assert jobs.move(job, upstream="offline", queue="offline")
    assert job_runs.claim(str(job.pk), Execution(id="lease", job=str(job.pk), lease=lease)) is None
    job.refresh_from_db()
    assert job.state == Job.State.WAITING


def test_a_running_call_is_left_alone() -> None:
    document = an_analysis(upstream="simulated")
    job = document.jobs.all()[0]
    lease = Lease("lease", str(job.pk), "simulated", job.flow, job.group, 1, 0, "e", 0.0)
    assert job_runs.claim(str(job.pk), Execution(id="lease", job=str(job.pk), lease=lease))
    assert not jobs.move(job, upstream="offline", queue="offline")


def test_many_movers_move_each_job_once() -> None:
    in_line(*[an_analysis(upstream="simulated") for _ in range(6)])
    force(BreakerMode.FORCED_OPEN)

    def move(_: int) -> int:
        try:
            return failover.move_all()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(move, range(4))) == 12
    assert in_line() == {"offline": 12}
    assert len(listed("offline")) == len(django_rq.get_queue("offline").get_job_ids()) == 12


def test_an_open_breaker_gets_a_probe_when_it_is_due() -> None:
    member = pools.Member("simulated", shut=False, waiting=0, bound=1, probing=True)
    assert (member.takes, member.room, member.beyond) == (True, 1, 0)
    full = pools.Member("simulated", shut=False, waiting=3, bound=1, probing=True)
    assert (full.takes, full.room, full.beyond) == (False, 0, 2)


def test_what_failed_as_a_probe_goes_on_and_another_is_the_next_probe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed, fresh = an_analysis(upstream="simulated"), an_analysis(upstream="offline")
    Job.objects.filter(document=failed).update(failures=1)
    in_line(failed, fresh)
    probing = pools.Member("simulated", shut=False, waiting=0, bound=1, probing=True)
    there = pools.Member("offline", shut=False, waiting=0, bound=None)
    monkeypatch.setattr(failover, "look_at", lambda pool: [probing, there])
    failover.move_all()
    assert {job.upstream for job in failed.jobs.all()} == {"offline"}
    assert Counter(job.upstream for job in fresh.jobs.all()) == {"simulated": 1, "offline": 1}
    assert failover.move_all() == 1, "the one that did not fail, until the breaker has closed"
