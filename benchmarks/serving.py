"""Requests a second through the shipped nginx: list, document and hand-in, beside a bare Django view.

    PYTHONPATH=. python benchmarks/serving.py [seconds] [connections]

With 1, 2 and 4 web processes. Each connection changes its token with every request, and nginx's own bounds
are taken out: what is measured is the service. The program that asks runs on the same machine, and takes its
part of the processors. A bare view is one line of Django without middleware, database or session; its answer
is as large as the list's.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import TYPE_CHECKING

from _front import Asked, Request, crowd, front, tokens
from _system import servers

if TYPE_CHECKING:
    from feedback.models import Document

BARE = "benchmarks._bare:application"
PROCESSES, PEOPLE, DOCUMENTS = (1, 2, 4), 100, 20
TEXT = "On bees\n\nBees matter, because they pollinate crops. " * 40

Asks = Callable[[int], Iterator[Request]]  # by the number of the connection


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    connections = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    with servers():
        people, document = a_school()
        print(f"{connections} connections, {seconds:.0f} s each")
        print(f"{'':34}{'requests/s':>11}{'p50 ms':>9}{'p95 ms':>9}", flush=True)
        for processes in PROCESSES:
            with front(
                processes, without_bounds, application="benchmarks._bare:application", probe=""
            ) as nginx:
                bare = crowd(nginx, [rotated(people, "/", n) for n in range(connections)], seconds)
            report(f"a bare Django view, {processes}", bare)
            with front(processes, without_bounds) as nginx:
                for name, ask in asks(people, document).items():
                    crowd(nginx, [ask(number) for number in range(connections)], 2.0)  # code and templates
                    asked = crowd(nginx, [ask(number) for number in range(connections)], seconds)
                    report(f"{name}, {processes}", asked)


def a_school() -> tuple[list[str], dict[str, str]]:
    """Tokens of people with a list each, and a document of each."""
    from feedback.models import AccessToken, Document
    from tests.factories import reading

    made = tokens(PEOPLE)
    documents = {}
    for token in made:
        owner = AccessToken.objects.get(token_hash=AccessToken.hash_of(token)).owner
        document = reading.a_read_document(owner, sections=6)
        Document.objects.bulk_create(_another(document, number) for number in range(DOCUMENTS))
        documents[token] = str(document.pk)
    return made, documents


def _another(document: Document, number: int) -> Document:
    return type(document)(
        owner=document.owner, title=f"Text {number}", upstream="offline", submission_key=str(number),
        text=document.text, state=document.state, finished_at=document.finished_at,
    )  # fmt: skip


def asks(people: list[str], document: dict[str, str]) -> dict[str, Asks]:
    return {
        "list": lambda number: rotated(people, "/api/v1/documents", number),
        "document": lambda number: (
            Request("GET", f"/api/v1/documents/{document[token]}", token) for token in turns(people, number)
        ),
        "hand-in": lambda number: (
            Request("POST", "/api/v1/documents", token, essay(), {"Content-Type": "application/json"})
            for token in turns(people, number)
        ),
    }


def rotated(people: list[str], path: str, number: int) -> Iterator[Request]:
    return (Request("GET", path, token) for token in turns(people, number))


def turns(people: list[str], number: int) -> Iterator[str]:
    """All of them again and again, each connection from another place on."""
    return islice(cycle(people), 37 * number, None)


def essay() -> bytes:
    return json.dumps({"text": f"{uuid.uuid4()}\n\n{TEXT}", "title": "Bees"}).encode()


def without_bounds(text: str) -> str:
    return re.sub(r"^\s*limit_req zone=by_.*$", "", text, flags=re.MULTILINE)


def report(name: str, asked: Asked) -> None:
    others = {status: count for status, count in asked.answers.items() if status >= 400}
    more = f"  refused: {others}" if others else ""
    figures = f"{asked.rate:>11.0f}{asked.quantile(0.5):>9.0f}{asked.quantile(0.95):>9.0f}"
    print(f"{name:34}{figures}{more}", flush=True)


if __name__ == "__main__":
    main()
