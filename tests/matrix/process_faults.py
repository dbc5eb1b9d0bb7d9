"""Faults that strike our own processes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from contextlib import suppress

import psutil

from .load import essay
from .scene import Scene, fault
from .stage import WORKERS


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


@fault("reconciler-stopped", extra_calls=0)
def reconciler_stopped(scene: Scene) -> None:
    scene.stage.signal("reconciler", signal.SIGSTOP)
    scene.last(15, doctor=False)
    scene.stage.signal("reconciler", signal.SIGCONT)


@fault("housekeeping-killed", extra_calls=0)
def housekeeping_killed(scene: Scene) -> None:
    for name in ("reconciler", "alerts"):
        scene.stage.signal(name, signal.SIGKILL)
    scene.last(5, doctor=False)


@fault("housekeeping-terminated", extra_calls=0)
def housekeeping_terminated(scene: Scene) -> None:
    for name in ("reconciler", "alerts"):
        scene.stage.signal(name, signal.SIGTERM)
    scene.last(5, doctor=False)


@fault("scheduler-killed", extra_calls=4, doctor_may=("scheduler",))
def scheduler_killed(scene: Scene) -> None:
    """rq's own, where a worker has one, while jobs wait for another attempt."""
    scene.stage.simulator.change(errors={"ThrottlingException": 0.3})
    programs = scene.stage.programs()
    for name in WORKERS:
        if (worker := programs.get(name)) is None:
            continue
        for child in worker.children():
            with suppress(psutil.Error):
                if child.cmdline() == worker.cmdline():  # forked, which a reader of documents is not
                    child.kill()
    scene.last(12, doctor=False)
    scene.stage.simulator.change(errors={})


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
    """Beside the first, while a killed worker leaves them something to do."""
    scene.stage.beside("reconciler-2", (sys.executable, "manage.py", "reconcile", "--every", "1"))
    scene.last(6, doctor=False)
    scene.stage.signal("worker-2", signal.SIGKILL)
    scene.last(15, doctor=False)
