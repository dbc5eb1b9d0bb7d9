"""Faults that strike our own processes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import time
from contextlib import suppress

import psutil

from .load import essay
from .scene import Scene, fault
from .stage import MANAGE, WORKERS


@fault("worker-killed")
def worker_killed(scene: Scene) -> None:
    scene.wait_for_calls()
    scene.stage.signal("worker-1", signal.SIGKILL)


@fault("worker-terminated")
def worker_terminated(scene: Scene) -> None:
    scene.wait_for_calls()
    scene.stage.signal("worker-1", signal.SIGTERM, tree=False)
    scene.last(8, doctor=False)


@fault("worker-stopped", doctor_may=("scheduler",))
def worker_stopped(scene: Scene) -> None:
    """For more than its leases live: others take its work, and what it says later counts no more."""
    scene.wait_for_calls()
    scene.stage.signal("worker-1", signal.SIGSTOP)
    scene.last(20)
    scene.stage.signal("worker-1", signal.SIGCONT)


@fault("workers-killed", doctor_may=("scheduler",))
def workers_killed(scene: Scene) -> None:
    scene.wait_for_calls()
    for name in WORKERS:
        scene.stage.signal(name, signal.SIGKILL)


@fault("workers-terminated", doctor_may=("workers", "scheduler"))
def workers_terminated(scene: Scene) -> None:
    scene.wait_for_calls()
    for name in WORKERS:
        scene.stage.signal(name, signal.SIGTERM, tree=False)
    scene.last(8, doctor=False)


@fault("workers-stopped", doctor_may=("scheduler", "workers"))
def workers_stopped(scene: Scene) -> None:
    scene.wait_for_calls()
    for name in WORKERS:
        scene.stage.signal(name, signal.SIGSTOP)
    scene.last(20)
    for name in WORKERS:
        scene.stage.signal(name, signal.SIGCONT)


@fault("web-killed-in-upload", extra_calls=0)
def web_killed_in_upload(scene: Scene) -> None:
    """The half of an upload is there when it dies: nothing of it may be kept."""
    person = scene.load.people[0]
    text, _ = essay(scene.chance, 3)
    with suppress(OSError, http.client.HTTPException):
        fields = person.form("/submit/")
        fields["title"] = "half"
        with socket.create_connection(("127.0.0.1", scene.stage.web_port), 10) as half:
            head = f"POST /submit/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {10 * len(text)}\r\n\r\n"
            half.sendall((head + text).encode())
            time.sleep(0.5)
            scene.stage.signal("web", signal.SIGKILL)
    scene.stage.signal("web", signal.SIGKILL)
    scene.stage.wait_until(scene.stage.web_answers, "the portal is back")


@fault("web-terminated", extra_calls=0)
def web_terminated(scene: Scene) -> None:
    scene.stage.signal("web", signal.SIGTERM, tree=False)
    time.sleep(1)
    scene.stage.wait_until(scene.stage.web_answers, "the portal is back")


@fault("housekeeper-stopped", extra_calls=0, doctor_may=("housekeeping",))
def housekeeper_stopped(scene: Scene) -> None:
    """For longer than its turns last: what it does later beside nobody does no harm."""
    scene.stage.signal("housekeeper", signal.SIGSTOP)
    scene.last(20)
    scene.stage.signal("housekeeper", signal.SIGCONT)


@fault("housekeeper-killed")
def housekeeper_killed(scene: Scene) -> None:
    """And a worker with it, so that its successor has something to do."""
    scene.wait_for_calls()
    scene.stage.signal("housekeeper", signal.SIGKILL)
    scene.stage.signal("worker-1", signal.SIGKILL)
    scene.last(5, doctor=False)


@fault("housekeeper-terminated", extra_calls=0)
def housekeeper_terminated(scene: Scene) -> None:
    scene.stage.signal("housekeeper", signal.SIGTERM)
    scene.last(5, doctor=False)


@fault("reconciler-and-alerts-killed", extra_calls=0, doctor_may=("housekeeping",))
def reconciler_and_alerts_killed(scene: Scene) -> None:
    """The duties as programs of their own, while the housekeeper stands still: they die in their turns."""
    scene.stage.signal("housekeeper", signal.SIGSTOP)
    apart = [
        scene.stage.beside("reconciler", (*MANAGE, "reconcile", "--every", "1")),
        scene.stage.beside("alerts", (*MANAGE, "alerts", "--every", "1")),
    ]
    scene.last(12)
    for program in apart:
        program.kill()
    scene.stage.signal("housekeeper", signal.SIGCONT)


@fault("scheduler-killed", extra_calls=4, doctor_may=("scheduler",))
def scheduler_killed(scene: Scene) -> None:
    """rq's own, of a worker that has one, while jobs wait for another attempt. The housekeeper holds its
    locks: it stands still, and they have lapsed."""
    scene.stage.signal("housekeeper", signal.SIGSTOP)
    with scene.stage.redis.client() as client:
        for lock in client.scan_iter("rq:scheduler-lock:*"):
            client.delete(lock)
    worker = scene.stage.worker_beside("worker-scheduling", "--with-scheduler")
    scene.stage.wait_until(lambda: bool(_forked(worker.pid)), "the worker has a scheduler", 60)
    scene.stage.simulator.change(errors={"ThrottlingException": 0.3})
    scene.last(3, doctor=False)
    for scheduler in _forked(worker.pid):
        scheduler.kill()
    scene.stage.signal("housekeeper", signal.SIGCONT)
    scene.last(12, doctor=False)
    scene.stage.simulator.change(errors={})


def _forked(pid: int) -> list[psutil.Process]:
    """Its children of the same command: a reader of documents has another."""
    with suppress(psutil.Error):
        worker = psutil.Process(pid)
        return [child for child in worker.children() if child.cmdline() == worker.cmdline()]
    return []


@fault("supervisor-killed")
def supervisor_killed(scene: Scene) -> None:
    """None of its programs outlives it; as a service it is started again."""
    scene.wait_for_calls()
    children = psutil.Process(scene.stage.supervisor.pid).children()
    os.kill(scene.stage.supervisor.pid, signal.SIGKILL)
    scene.stage.supervisor.wait()
    psutil.wait_procs(children, timeout=60)
    scene.stage.start_supervisor()
    scene.stage.wait_until(scene.stage.web_answers, "the portal is back")


@fault("supervisor-terminated")
def supervisor_terminated(scene: Scene) -> None:
    scene.wait_for_calls()
    scene.stage.stop_supervisor(signal.SIGTERM)
    scene.stage.start_supervisor()
    scene.stage.wait_until(scene.stage.web_answers, "the portal is back")


@fault("two-reconcilers", extra_calls=1)
def two_reconcilers(scene: Scene) -> None:
    """Beside the housekeeper, while a killed worker leaves them something to do."""
    scene.stage.beside("reconciler-2", (*MANAGE, "reconcile", "--every", "1"))
    scene.last(6, doctor=False)
    scene.stage.signal("worker-2", signal.SIGKILL)
    scene.last(15, doctor=False)
