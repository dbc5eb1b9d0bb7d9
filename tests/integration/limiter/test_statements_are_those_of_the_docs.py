"""docs/statements.md: what each page, command and alert says of an upstream in each state, word by word.

`STATEMENTS=write pytest <this file>` writes the page anew, to be read before it is committed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from feedback.dispatch.ledger import ticket_of
from feedback.models import Document, Job, User
from feedback.operations.doctor import gate as doctor
from feedback.portal.words.wording import document_words
from feedback.selectors.operations.figures import Operations, UpstreamFigures
from feedback.selectors.operations.health import health_of
from feedback.selectors.work.waiting import wait_of
from feedback.templatetags.operations import breaker_words
from limiter.gate.memory import MemoryGate
from limiter.operations import signals
from limiter.operations.condition import Condition
from limiter.selectors import UpstreamStatus
from tests.factories.work import a_document, a_job
from tests.people import operator, owner, signed_in

from .test_each_page_says_the_same import STATES, arranged, arranged_now, command

__all__ = ["arranged", "operator", "owner"]
pytestmark = pytest.mark.django_db(transaction=True)

PAGE = Path(__file__).parents[3] / "docs" / "statements.md"
BEGINS = "<!-- made by tests/integration/limiter/test_statements_are_those_of_the_docs.py -->"
_TIME = r"\d{2}:\d{2}(?::\d{2})?(?: UTC)?"
MOMENT = re.compile(rf"\d{{2}} [A-Z][a-z]{{2}} {_TIME}|\b[1-3]?\d [A-Z][a-z]+, {_TIME}|\b{_TIME}")
SECONDS = re.compile(r"\b\d+ s\b")


def first_screen(each: UpstreamStatus) -> str:
    """With one job in line for it, and with none."""
    figures = [UpstreamFigures(each.upstream, each, in_line=waiting) for waiting in (1, 0)]
    seen = [
        health_of(Operations(timezone.now(), [one], gate_error="", workers=[], solo=True)) for one in figures
    ]
    return " / ".join(f"{health.sentence} {health.advice}".strip() for health in seen)


def control_page(office: Client, name: str) -> str:
    page = office.get(reverse("admin:limiter_upstream_control", args=[name])).content.decode()
    notice = re.search(r'<p class="notice.*?</p>', page, re.DOTALL)
    assert notice
    said = re.sub(r'<span class="material.*?</span>|<a .*?</a>', "", notice[0], flags=re.DOTALL)
    return re.sub(r"Version \d+\.", "", " ".join(unescape(strip_tags(said)).split())).strip()


def status_of(name: str, printed: str) -> str:
    lines = [
        line.strip() for line in printed.splitlines() if line.strip().startswith((f"{name}:", f"{name} is"))
    ]
    return " ".join(lines) or "nothing: it admits"


def students_page(gate: MemoryGate, owner: User, each: UpstreamStatus) -> str:
    """Of a document that waits for it."""
    if each.condition is Condition.UNCONFIGURED:
        return "nothing of it: the gate knows no line yet"
    document = a_document(owner, state=Document.State.ANALYSING, upstream=each.upstream.name)
    job = a_job(document, kind=Job.Kind.SUMMARISE)
    gate.offer(each.upstream.name, ticket_of(job))
    words = document_words(document, counts={Job.State.WAITING: 1}, wait=wait_of(document, [job]))
    return f"{words.label}. {words.detail}".strip()


def statements(gate: MemoryGate, office: Client, owner: User) -> Iterator[tuple[str, dict[str, str]]]:
    printed, alarms = command("status"), signals.breaker_open()
    as_data = {row["name"]: row for row in json.loads(command("status", "--json"))["upstreams"]}
    for each in arranged_now():
        name = each.upstream.name
        yield (
            name,
            {
                "admin, first screen": first_screen(each),
                "admin, row of the upstream": breaker_words(UpstreamFigures(each.upstream, each)).words,
                "admin, its controls": control_page(office, name),
                "`limiter status`": status_of(name, printed),
                "`limiter status --json`": f"`{as_data[name]['condition']}`",
                "`doctor`": " ".join(
                    f"{found.level.value}: {found.found}. {found.advice}".strip()
                    for found in doctor._upstream(each)
                ),
                "a student's page": students_page(gate, owner, each),
                "alert `breaker-open`": "fires" if alarms[name] else "no",
            },
        )


def as_page(rows: Iterator[tuple[str, dict[str, str]]]) -> str:
    lines = []
    for name, said in rows:
        lines += ["", f"## {name}", "", "| where | what it says |", "|---|---|"]
        for where, words in said.items():
            lines.append(f"| {where} | {SECONDS.sub('N s', MOMENT.sub('(moment)', words))} |")
    return "\n".join(lines) + "\n"


def test_the_page_says_what_is_said(gate: MemoryGate, operator: User, owner: User) -> None:
    found = as_page(statements(gate, signed_in(operator), owner))
    head, _, kept = PAGE.read_text().partition(BEGINS)
    if os.environ.get("STATEMENTS") == "write":
        PAGE.write_text(f"{head}{BEGINS}\n{found}")
        return
    assert kept.lstrip("\n").strip() == found.strip()
    assert set(re.findall(r"^## (\S+)", kept, re.MULTILINE)) == set(STATES)


def test_each_condition_has_a_state_in_which_it_is_shown() -> None:
    shown = {condition for _, condition, *_ in STATES.values()}
    beside = {Condition.UNREACHABLE, Condition.PROBING}  # each with a test of its own beside the others
    assert shown | beside == set(Condition)
