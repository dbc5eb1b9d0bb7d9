"""What a page costs: the server's time, questions to the database, bytes on a first visit.

`PYTHONPATH=. python benchmarks/pages.py [documents] [sections]`. A student with 10,000 documents, one of them
with 200 sections, and a class of 400, through the real web server. Times are of whole answers, compressed,
over one kept connection, one request after the other; bytes are what a browser with an empty cache receives.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from _system import servers
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.site import Site

if TYPE_CHECKING:
    from feedback.models import Assignment, Document, Section, User

    Pages = Mapping[str, tuple[User, str]]  # the person that asks, and for what

DOCUMENTS, SECTIONS, CLASS = 10_000, 200, 400
ASKED = 60  # times each page
QUERIES, KILOBYTES = 12, 120  # aims, at most


def main() -> None:
    given = [int(each) for each in sys.argv[1:3]]
    documents, sections = [*given, *(DOCUMENTS, SECTIONS)[len(given) :]]
    with ExitStack() as running:
        running.enter_context(servers())
        pages = a_world(documents, sections)
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        site = running.enter_context(Site(dict(os.environ), folder / "web.log"))
        print(f"{documents} documents of one student, one with {sections} sections; a class of {CLASS}")
        print(f"{'page':34}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}{'KB':>8}")
        for name, (user, path) in pages.items():
            times, size = asked(site, cookie_of(user), path)
            p95 = statistics.quantiles(times, n=20)[-1]
            row = f"{1000 * statistics.median(times):>9.0f}{1000 * p95:>9.0f}{queries(user, path):>9}"
            print(f"{name:34}{row}{size / 1024:>8.1f}", flush=True)
        print(f"\nfirst visit, empty cache (aim: under {KILOBYTES} KB)")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            for name, (visitor, path) in first_visits(pages).items():
                print(f"{name:34}{received(browser, site, visitor, path) / 1024:>9.1f} KB", flush=True)
            browser.close()


# Rows -----------------------------------------------------------------------------------------


def a_world(documents: int, sections: int) -> Pages:
    from feedback.models import Document
    from tests.factories import people, reading

    student, teacher = people.student(), people.teacher()
    assignment = people.assignment()
    people.enrol(assignment.course, teacher, teaches=True)
    a_class(assignment, CLASS)
    whole = reading.a_read_document(student, sections=sections, title="The long one")
    usual = reading.a_read_document(student, sections=6, title="The usual one")
    many_documents(student, documents - 2)
    Document.objects.filter(pk__in=[whole.pk, usual.pk]).update(assignment=assignment)
    section = usual.sections.earliest("position")
    document, short = f"/documents/{whole.pk}/", f"/documents/{usual.pk}/"
    return {
        "list": (student, "/"),
        "list, searched": (student, "/?q=text+77"),
        "list, filtered": (student, "/?show=ready"),
        f"document, {sections} sections": (student, document),
        f"its progress, {sections} sections": (student, f"{document}progress/"),
        "document, 6 sections": (student, short),
        "one section": (student, f"{short}sections/{section.pk}/"),
        "hand in": (student, "/submit/"),
        "class overview": (teacher, f"/teaching/assignments/{assignment.pk}/"),
        "members": (teacher, f"/teaching/courses/{assignment.course_id}/members/"),
    }  # fmt: skip


def many_documents(student: User, number: int) -> None:
    """Complete, in two sections each, with jobs that are done: what the list counts."""
    from feedback.models import Document, Section
    from tests.factories.work import TEXT

    for first in range(0, number, 1000):
        made = Document.objects.bulk_create(
            a_complete(student, TEXT, n) for n in range(first, min(first + 1000, number))
        )
        sections = Section.objects.bulk_create(
            Section(document=each, position=place, heading="Part", heading_path=["Part"], start=70 * place,
                    end=70 * place + 70)
            for each in made for place in range(2)
        )  # fmt: skip
        jobs_of(sections)


def a_complete(owner: User, text: str, number: int) -> Document:
    from django.utils import timezone

    from feedback.models import Document

    return Document(
        owner=owner, title=f"Text {number}", upstream="offline", submission_key=f"text-{number}", text=text,
        state=Document.State.COMPLETE, finished_at=timezone.now(),
    )  # fmt: skip


def jobs_of(sections: Iterable[Section]) -> None:
    from django.utils import timezone

    from feedback.dispatch import flows
    from feedback.models import Job

    now = timezone.now()
    Job.objects.bulk_create(
        Job(kind=Job.Kind.ANALYSE, document=each.document, section=each, target=each.pk, queue="offline",
            upstream="offline", flow=flows.flow_of(each.document.owner), state=Job.State.DONE,
            finished_at=now, settled_at=now)
        for each in sections
    )  # fmt: skip


def a_class(assignment: Assignment, number: int) -> None:
    from feedback.models import Document, Membership, User
    from tests.factories.work import TEXT

    users = User.objects.bulk_create(
        User(email=f"student{n}@example.net", name=f"Student {n}") for n in range(number)
    )
    Membership.objects.bulk_create(Membership(course=assignment.course, user=user) for user in users)
    texts = [a_complete(user, TEXT, 0) for user in users]
    for text in texts:
        text.assignment = assignment
    Document.objects.bulk_create(texts)


# Measures -------------------------------------------------------------------------------------


def cookie_of(user: User) -> str:
    from tests.e2e.sessions import session_of

    return session_of(user)


def asked(site: Site, cookie: str, path: str) -> tuple[list[float], int]:
    """Seconds of each answer, and the bytes of one, compressed."""
    connection = HTTPConnection("127.0.0.1", site.port)
    headers = {"Cookie": f"sessionid={cookie}", "Accept-Encoding": "gzip", "Accept": "text/html"}
    times, size = [], 0
    for number in range(ASKED + 3):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        assert answer.status == 200, (path, answer.status)
        if number >= 3:  # the first ones load templates
            times.append(time.perf_counter() - began)
    connection.close()
    return times, size


def queries(user: User, path: str) -> int:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.cookies["sessionid"] = cookie_of(user)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    assert len(captured) <= QUERIES, (path, len(captured))
    return len(captured)


def first_visits(pages: Pages) -> dict[str, tuple[User | None, str]]:
    here = {name: pages[name] for name in ("list", "hand in", "document, 6 sections", "class overview")}
    return {"sign-in": (None, "/sign-in/"), **here}


def received(browser: Browser, site: Site, user: User | None, path: str) -> int:
    """All bytes of the page and of what it loads, headers included."""
    from tests.e2e.sessions import sign_in

    context = browser.new_context(base_url=site.url)
    sign_in(context, site, user)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    bytes_of: list[int] = []
    network.on("Network.loadingFinished", lambda event: bytes_of.append(int(event["encodedDataLength"])))
    page.goto(path, wait_until="load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    context.close()
    return sum(bytes_of)


if __name__ == "__main__":
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    main()
