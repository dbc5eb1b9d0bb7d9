"""500 pages that listen to one web process: its memory for each, and its database connections.

`PYTHONPATH=. python benchmarks/listeners.py [listeners]`. Real streams over real sockets, of many documents
and people; an event is sent to each document while all are open, and every listener must hear it.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
from _system import servers

from tests.e2e.site import Site

LISTENERS = 500
PER_DOCUMENT = 5
SECONDS = 120


def opened(site: Site, cookie: str, document: object) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=SECONDS)
    request = (
        f"GET /documents/{document}/events/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={cookie}\r\n"
    )
    connection.sendall(f"{request}\r\n".encode())
    until(connection, b"retry:")
    return connection


def until(connection: socket.socket, words: bytes) -> None:
    heard = b""
    while words not in heard:
        piece = connection.recv(4096)
        if not piece:
            raise RuntimeError(f"the stream ended after {heard[-300:]!r}")
        heard += piece


def connections_to_database(site: Site) -> int:
    """Of the web process, as PostgreSQL counts them: all but the one that asks."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return int(cursor.fetchone()[0])


def measure(site: Site, count: int) -> None:
    from django.test import Client

    from feedback.live import publish
    from tests.factories import reading
    from tests.factories.work import a_student

    places = []
    for _ in range(-(-count // PER_DOCUMENT)):
        owner = a_student()
        client = Client()
        client.force_login(owner)
        places.append((client.cookies["sessionid"].value, reading.a_split_document(owner, sections=1).pk))
    web = psutil.Process(site.pid)
    warm = [opened(site, *places[0])]
    time.sleep(1)
    before = web.memory_info().rss
    streams = warm + [opened(site, *places[number // PER_DOCUMENT]) for number in range(1, count)]
    time.sleep(2)
    held = web.memory_info().rss - before
    busy = connections_to_database(site)
    began = time.perf_counter()
    for _, document in places:
        publish(str(document), "job", {"section": "", "kind": "analyse"})
    for stream in streams:
        until(stream, b"event: job")
    heard = time.perf_counter() - began
    for stream in streams:
        stream.close()
    print(f"{count} listeners on one web process, {len(places)} documents")
    print(f"{'memory for each':40}{held / (count - 1) / 1024:>10.1f} KB")
    print(f"{'database connections in use':40}{busy:>10}")
    print(f"{'an event for each page, sent and heard':40}{heard:>10.2f} s")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LISTENERS
    with ExitStack() as running:
        running.enter_context(servers())
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        measure(running.enter_context(Site(dict(os.environ), folder / "web.log")), count)


if __name__ == "__main__":
    main()
