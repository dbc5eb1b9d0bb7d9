"""The files that one document crosses, from the form to the page: those of which a function is called.

`PYTHONPATH=. python benchmarks/crossed.py [--list]`. A text is handed in by the form, a worker in this
process drains the queues against the simulator, and the finished page is read. A file of ours counts where
a function of it runs in the web's or the worker's part; what is imported but never called does not. The child
that reads the file is counted by reading the same bytes here. Modules of Lua note themselves in Redis.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from _system import ROOT, servers

PARTS = ("config", "feedback", "limiter")
LIST = "crossed"  # the key of Redis where the library's modules note themselves
NOTING = """do
  local called = {function}
  {function} = function(...)
    redis.pcall("SADD", "{list}", "{module}")
    return called(...)
  end
end
"""
DEFINED = re.compile(r"^function (\w+\.\w+)\(", re.MULTILINE)


def main() -> None:
    note_the_library()  # before anything has taken it
    with servers():
        from feedback.development.simulator import SimulatorProcess

        with SimulatorProcess(latency={"total": {"low": 0.1, "high": 0.2}}) as simulator:
            os.environ["SIMULATOR_URL"] = simulator.url
            files = {*crossed(simulator.url), *(f"{each}.lua" for each in noted())}
    for part, count in sorted(
        Counter(file.partition("/")[0] if "/" in file else "Lua" for file in files).items()
    ):
        print(f"{part:12}{count:>5}")
    print(f"{'in all':12}{len(files):>5}")
    if "--list" in sys.argv:
        print(*sorted(files), sep="\n")


def crossed(simulator_url: str) -> set[str]:
    """The files of Python, as paths in the repository."""
    import django_rq
    from django.conf import settings

    from feedback.models import Document
    from limiter.rq.worker import ConcurrentWorker
    from limiter.services import create_upstream
    from tests.factories.people import student
    from tests.people import signed_in

    settings.SIMULATOR_URL, settings.FEEDBACK_UPSTREAM = simulator_url, "simulated"
    values = {"target": "bedrock", "queue": "simulated", "requests_per_minute": 6000, "burst": 100}
    create_upstream(name="simulated", values=values, author="benchmark", reason="benchmark")
    client = signed_in(student())
    text = (ROOT / "examples" / "reflection.md").read_text(encoding="utf-8")
    form = {"form_key": "0" * 32, "text": text}
    client.get("/submit/")  # what is imported with the first page
    with profiled() as files:
        answer = client.post("/submit/", form)
        assert answer.status_code == 302, answer.content[:3000]
        queues = [django_rq.get_queue(name) for name in ("parse", "split", "simulated", "summarise")]
        ConcurrentWorker(queues, connection=queues[0].connection).work(burst=True, logging_level="ERROR")
        document = Document.objects.get()
        assert document.state == Document.State.COMPLETE, document.state
        assert client.get(f"/documents/{document.pk}/").status_code == 200
        read_here(text)
    return files


def read_here(text: str) -> None:
    """What the child does, in this process."""
    from feedback.documents import parsing

    parsing.parse(text.encode(), "text.md")


@contextmanager
def profiled() -> Iterator[set[str]]:
    files: set[str] = set()
    known: set[CodeType] = set()
    root = f"{ROOT}/"

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event != "call" or (code := frame.f_code) in known:
            return
        known.add(code)
        path = code.co_filename.removeprefix(root)
        if path.startswith(PARTS) and code.co_name != "<module>":
            files.add(path)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield files
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def note_the_library() -> None:
    """Have each module of the library note that one of its functions was called."""
    from limiter import functions
    from limiter.functions import library

    noting = [
        NOTING.format(function=function, module=module, list=LIST)
        for module in library.MODULES
        for function in DEFINED.findall(library.read(module))
    ]
    functions.LIBRARY = library.LIBRARY = library.joined(*noting)


def noted() -> set[str]:
    import django_rq
    from rq.utils import as_text

    return {as_text(name) for name in django_rq.get_connection("parse").smembers(LIST)}


if __name__ == "__main__":
    main()
