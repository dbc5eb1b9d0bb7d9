"""docs/rq.md names each key of rq that a script of ours touches: a Redis is watched while jobs run."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

from redis import Redis

from limiter.rq.queue import GatedQueue
from limiter.rq.scripts import FINISH, START
from limiter.rq.worker import ConcurrentWorker
from tests.integration.rq.jobs import fails, nothing

PAGE = Path(__file__).parents[3] / "docs" / "rq.md"
END = "enough was seen"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}")
OF_SCRIPTS = {START.digest: "start", FINISH.digest: "finish"}
Touched = tuple[str, str, str]  # script, key, command


def documented() -> set[Touched]:
    found: set[Touched] = set()
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if row := re.fullmatch(r"\| (`\w+`(?:, `\w+`)*) \| `(rq:[^`]+)` \| ([A-Z ]+) \|.*\|", line):
            scripts, key, commands = row.groups()
            found |= {
                (script, key, command)
                for script in re.findall(r"\w+", scripts)
                for command in commands.split()
            }
    return found


def watched(connection: Redis, begun: threading.Event) -> Iterator[tuple[str, str]]:
    """Each command, with the kind of its client: "lua" for those within a script."""
    with connection.monitor() as monitor:  # type: ignore[no-untyped-call]
        begun.set()
        for each in monitor.listen():
            if END in each["command"]:
                return
            yield each["client_type"], each["command"]


def touched(commands: Iterator[tuple[str, str]], queues: tuple[str, ...]) -> set[Touched]:
    script, found = "", set()
    for kind, command in commands:
        words = command.split()
        if kind != "lua":
            script = name_of(words, command)
        elif len(words) > 1 and words[1].startswith("rq:"):
            key = ID.sub("ID", words[1])
            for queue in queues:
                key = key.replace(f":{queue}", ":QUEUE")
            found.add((script, key, words[0]))
    return found


def name_of(words: list[str], command: str) -> str:
    if words[0] == "EVALSHA":
        return OF_SCRIPTS.get(words[1], "")
    if words[0] == "EVAL":  # by a script's first line
        return next(
            name
            for name, text in (("start", "Read the jobs"), ("finish", "Write the ends"))
            if text in command
        )
    return words[1].rsplit("_", 1)[-1] if words[0] == "FCALL" else ""


def test_scripts_touch_the_keys_of_rq_that_the_page_names(
    gated: GatedQueue, plain: GatedQueue, redis_client: Redis
) -> None:
    begun = threading.Event()
    found: set[Touched] = set()
    names = (gated.name, plain.name)
    watcher = threading.Thread(target=lambda: found.update(touched(watched(redis_client, begun), names)))
    watcher.start()
    assert begun.wait(60)
    for queue in (gated, plain):
        for function in (nothing, nothing, fails):
            queue.enqueue(function)
    gated.remove(gated.enqueue(nothing))
    worker = ConcurrentWorker([gated, plain], connection=redis_client)
    worker.work(burst=True, logging_level="CRITICAL")
    worker.connection.connection_pool.disconnect()
    redis_client.echo(END)
    watcher.join(60)
    assert not watcher.is_alive()
    assert found - documented() == set()
    seen_always = {each for each in documented() if each[0] in {"start", "finish"} and each[2] != "HMGET"}
    assert seen_always - found == set()
    assert ("admit", "rq:queue:QUEUE", "LREM") in found
