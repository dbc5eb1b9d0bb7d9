"""One document from a file here to its feedback in this terminal, by way of a site elsewhere."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console

from feedback.terminal.printing import print_report

from .server import Failed, Lost, Server

TOKEN = "MARGINALIA_TOKEN"  # noqa: S105 - the variable's name
ENDED = ("complete", "failed", "cancelled")
LOOK_SECONDS = 1.0  # between two looks at how far it is
FAILED, CANCELLED = 1, 130  # exit statuses


def analyse(path: Path, *, url: str, token_file: Path | None, key: str | None, as_json: bool) -> None:
    """Raises Failed, with one line and the exit status."""
    server = Server(url, token_from(token_file))
    key = key or uuid4().hex
    try:
        handed = server.hand_in(path, key)
    except Lost as error:
        raise Failed(f"{error} With --key {key} the same again makes no second document.") from None
    document = str(handed["id"])
    try:
        ended = _followed(server, document, Console(stderr=True))
    except KeyboardInterrupt:
        server.cancel(document)
        raise Failed("Cancelled.", CANCELLED) from None
    _show(server, ended, as_json=as_json)


def token_from(file: Path | None) -> str:
    """Of a file or the environment: what stands on a command line is there for everybody to see."""
    if file is None:
        token = os.environ.get(TOKEN, "").strip()
        if not token:
            raise Failed(f"There is no token: set {TOKEN}, or name a file with --token-file.")
        return token
    try:
        token = file.read_text().strip()
    except (OSError, UnicodeError) as error:
        raise Failed(f"{file}: the token can't be read ({type(error).__name__}).") from None
    if not token:
        raise Failed(f"{file}: there is no token in it.")
    return token


def _followed(server: Server, key: str, console: Console) -> dict[str, Any]:
    """The document once it has ended; how far it is stands in the terminal meanwhile."""
    printed, looked = "", 0.0
    with console.status("Handed in") as status:
        document = server.document(key)
        while document["state"] not in ENDED:
            for event in server.events(key):
                if event.name != "document" and time.monotonic() - looked < LOOK_SECONDS:
                    continue
                document, looked = server.document(key), time.monotonic()
                words = describe(document)
                if console.is_terminal:
                    status.update(words)
                elif words != printed:
                    console.print(words)
                printed = words
                if document["state"] in ENDED:
                    break
            document = server.document(key)
    return document


def describe(document: dict[str, Any]) -> str:
    sections: dict[str, int] = document["sections"]
    match document["state"]:
        case "received":
            return "Reading the document"
        case "analysing":
            done, running = sections.get("done", 0), sections.get("running", 0)
            waiting = sections.get("waiting", 0) + sections.get("held", 0)
            in_all = sum(sections.values())
            return f"Sections: {done} of {in_all} done, {running} in analysis, {waiting} in line"
        case "summarising":
            return "Writing the summary"
    return str(document["state"]).capitalize()


def _show(server: Server, document: dict[str, Any], *, as_json: bool) -> None:
    if document["state"] != "complete":
        problem = document["problem"] or {"words": "Cancelled."}
        raise Failed(problem["words"], FAILED if sum(document["sections"].values()) else 2)
    report = server.feedback(document["id"])
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    elif document["under_review"]:
        sys.stdout.write("It is complete. A teacher reads the feedback first; it is yours to read then.\n")
    else:
        print_report(Console(file=sys.stdout), report)
