"""What several hosts promise together: trials under load, each with the fault matrix's auditor after it."""

from __future__ import annotations

import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.matrix.auditor import Expected, Verdict
from tests.matrix.load import Load
from tests.matrix.people import RATE
from tests.matrix.provider_log import Call
from tests.matrix.trial import audited, calls_since, quiet

from .campus import WEBS, WORKERS, Campus
from .graph import calls_by_workers, seconds_of_a_failover

SLOTS = 2  # of each worker in the trial of the throughput


@dataclass(slots=True)
class Outcome:
    """One row of the table: what was seen, and what was broken."""

    name: str
    seen: list[str]
    verdict: Verdict
    broken: list[str] = field(default_factory=list)
    graph: str = ""  # an SVG

    @property
    def problems(self) -> list[str]:
        return [
            *self.broken,
            *(f"{promise}: {each}" for promise, of in self.verdict.broken.items() for each in of),
        ]


@dataclass(slots=True)
class Watched:
    """The load of a trial, and when it began."""

    load: Load
    began: float


@contextmanager
def load_on(campus: Campus, *, every: float, sections: int = 3) -> Iterator[Watched]:
    """People who hand in through nginx for as long as the context lasts; then all of it comes to its end."""
    context = ssl.create_default_context(cafile=str(campus.nginx.folder / "certificate.pem"))
    context.check_hostname = False
    load = Load(
        campus.people, campus.nginx.port, seed=len(campus.provider.calls), every=every, sections=sections,
        host=campus.host["edge"].address, tls=context,
    )  # fmt: skip
    with load:
        yield Watched(load, time.time())
    quiet(campus)


def verdict_on(campus: Campus, watched: Watched, extra_calls: int = 0) -> Verdict:
    return audited(campus, watched.load, calls_since(campus, watched.began), Expected(extra_calls), [])


def by_host(campus: Campus, calls: list[Call]) -> Counter[str]:
    names = {host.address: name for name, host in campus.host.items()}
    return Counter(names.get(call.client, call.client) for call in calls)


def one_limit_for_all(campus: Campus) -> Outcome:
    """Cap and rate hold over both hosts of workers, each with slots for more than all of it."""
    with load_on(campus, every=3.0) as watched:
        time.sleep(40)
    shares = by_host(campus, calls_since(campus, watched.began))
    idle = [f"{name} made no call" for name in WORKERS if not shares[name]]
    seen = [f"{shares[name]} calls by {name}" for name in WORKERS]
    return Outcome("one limit for all hosts", seen, verdict_on(campus, watched), idle)


def a_host_is_cut_off(campus: Campus) -> Outcome:
    """The cable of a worker's host for longer than its leases live, and that of a web host after it."""
    with load_on(campus, every=4.0) as watched:
        for name, seconds in ((WORKERS[0], 25), (WEBS[0], 12)):
            time.sleep(8)
            campus.host[name].pull()
            time.sleep(seconds)
            campus.host[name].plug()
        time.sleep(8)
    late = by_host(campus, calls_since(campus, max(watched.began, time.time() - 60)))
    seen = [
        f"{len(watched.load.refused)} answers that people had to ask for again",
        f"{WORKERS[0]} back: {late[WORKERS[0]]} calls",
    ]
    return Outcome("a host is cut off", seen, verdict_on(campus, watched, extra_calls=1))


def the_primary_is_lost(campus: Campus) -> Outcome:
    """The cable of the store that leads: Sentinels choose another, and no program learns of it."""
    campus.wait_until(lambda: campus.replicas() == 2, "both replicas are in step")
    before = campus.primary()
    assert before is not None
    with load_on(campus, every=3.0) as watched:
        time.sleep(12)
        cut = time.time()
        campus.host[before].pull()
        campus.wait_until(lambda: campus.primary() not in (None, before), "another store leads")
        chosen = time.time()
        time.sleep(25)
        campus.host[before].plug()
        time.sleep(5)
    calls = calls_since(campus, watched.began)
    first = min((call.began for call in calls if call.began > chosen), default=None)
    seen = [f"another leads after {chosen - cut:.1f} s"]
    seen += [f"the next call {first - chosen:.1f} s later"] if first else []
    graph = begun_each_second(calls, watched.began, cut, chosen)
    broken = [] if first else ["no call began after the failover"]
    return Outcome("the primary is lost", seen, verdict_on(campus, watched, extra_calls=1), broken, graph)


def a_rolling_upgrade(campus: Campus) -> Outcome:
    """One program after the other ends and starts again, as `systemctl restart` does it on each host."""
    with load_on(campus, every=2.0) as watched:
        time.sleep(6)
        for name in WEBS:
            campus.stop(f"{name}:web")
            campus.start_web(name)
            time.sleep(3)
        for name in WORKERS:
            campus.stop(f"{name}:worker")
            campus.start_worker(name)
            time.sleep(3)
    seen = [f"{len(watched.load.accepted)} submissions", f"{len(watched.load.refused)} refused"]
    broken = [f"people saw {Counter(watched.load.refused)}"] if watched.load.refused else []
    return Outcome("a rolling upgrade", seen, verdict_on(campus, watched), broken)


def workers_are_added(campus: Campus) -> Outcome:
    """Calls a minute with one to four workers of two slots, behind work for all of them."""
    for name in WORKERS:
        campus.stop(f"{name}:worker")
        campus.start_worker(name, "reader", ("parse", "split", "summarise", "deliver"))
    figures: list[float] = []
    with load_on(campus, every=1.0, sections=6) as watched:
        time.sleep(20)  # into the line
        for number in range(4):
            name = WORKERS[number % len(WORKERS)]
            campus.start_worker(name, f"caller{number}", ("simulated",), LIMITER_WORKER_SLOTS=str(SLOTS))
            known = len(campus.provider.calls)
            campus.wait_until(lambda known=known: len(campus.provider.calls) > known + 4, "it calls")  # type: ignore[misc]
            time.sleep(4)  # the burst is over
            began = time.time()
            time.sleep(15)
            figures.append(4.0 * sum(call.began >= began for call in list(campus.provider.calls)))
        watched.load.left_out.update(person.email for person in watched.load.people)
        for name in WORKERS:
            campus.start_worker(name)
    seen = [f"{number} workers: {rate:.0f} calls a minute" for number, rate in enumerate(figures, 1)]
    broken = [] if figures[1] > 1.3 * figures[0] else ["a second worker brought nothing"]
    graph = calls_by_workers(figures, RATE)
    verdict = verdict_on(campus, watched)
    return Outcome("workers are added", [*seen, f"the quota: {RATE}"], verdict, broken, graph)


TRIALS: dict[str, Callable[[Campus], Outcome]] = {
    "one-limit": one_limit_for_all,
    "cut-off": a_host_is_cut_off,
    "failover": the_primary_is_lost,
    "upgrade": a_rolling_upgrade,
    "throughput": workers_are_added,
}


def begun_each_second(calls: list[Call], began: float, cut: float, chosen: float) -> str:
    counts = Counter(int(call.began - began) for call in calls)
    seconds = [counts[second] for second in range(max(counts, default=0) + 1)]
    marks = {"the cable is pulled": cut - began, "another leads": chosen - began}
    return seconds_of_a_failover(seconds, marks)
