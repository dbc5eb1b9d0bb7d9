"""What each profile is here, and its fault: what calls the model is killed."""

from __future__ import annotations

import signal
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from tests.hosts.campus import Campus
from tests.matrix.load import Load
from tests.matrix.stage import Stage

from .solo import Solo

STUDENTS = 4
EVERY = 4.0  # seconds between two texts of one person


@dataclass(frozen=True, slots=True)
class Rung:
    on: str  # what it runs on, in words
    start: Callable[[], AbstractContextManager[Any]]
    load: Callable[[Any], Load]
    fault: str
    strike: Callable[[Any], None]
    wants_hosts: bool = False


def _plain(system: Any, port: int) -> Load:
    return Load(system.people, port, seed=1, every=EVERY)


def _over_nginx(campus: Campus) -> Load:
    context = ssl.create_default_context(cafile=str(campus.nginx.folder / "certificate.pem"))
    context.check_hostname = False
    return Load(
        campus.people, campus.nginx.port, seed=1, every=EVERY, host=campus.host["edge"].address, tls=context
    )


def _kill_solo(solo: Solo) -> None:
    solo.stop(signal.SIGKILL)
    solo.start()


def _kill_a_worker(stage: Stage) -> None:
    """Its supervisor starts it again."""
    stage.signal("worker-1", signal.SIGKILL)


def _kill_a_hosts_worker(campus: Campus) -> None:
    campus.stop(f"{campus.workers[0]}:worker", signal.SIGKILL)
    campus.start_worker(campus.workers[0])


def _lose_the_leading_store(campus: Campus) -> None:
    """And a worker, before any other store leads."""
    before = campus.primary()
    assert before is not None
    campus.host[before].pull()
    _kill_a_hosts_worker(campus)
    campus.wait_until(lambda: campus.primary() not in (None, before), "another store leads")
    campus.host[before].plug()


RUNGS: dict[str, Rung] = {
    "solo": Rung(
        "1 process, PostgreSQL",
        lambda: Solo(students=STUDENTS), lambda solo: _plain(solo, solo.port),
        "the process is killed", _kill_solo,
    ),
    "team": Rung(
        "1 host: web, 2 workers, housekeeper, PostgreSQL, Valkey",
        lambda: Stage(students=STUDENTS), lambda stage: _plain(stage, stage.web_port),
        "a worker is killed", _kill_a_worker,
    ),
    "campus": Rung(
        "9 hosts: nginx, 2 web, 2 workers, pooler, 3 Valkey with Sentinels",
        lambda: Campus(students=STUDENTS), _over_nginx,
        "a worker is killed", _kill_a_hosts_worker, wants_hosts=True,
    ),
    "enterprise": Rung(
        "11 hosts: the same with 3 web, 3 workers",
        lambda: Campus(
            students=STUDENTS, webs=("web1", "web2", "web3"), workers=("work1", "work2", "work3"),
            profile="enterprise",
        ),
        _over_nginx,
        "the leading Valkey is cut off, and a worker killed", _lose_the_leading_store, wants_hosts=True,
    ),
}  # fmt: skip
