"""The admin's list of jobs with a million rows: server time of its pages, p50 and p95, and their queries.

PYTHONPATH=. python benchmarks/admin.py [ROWS]
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING

from _system import servers

if TYPE_CHECKING:
    from django.test import Client

ROWS, TIMES = 1_000_000, 40
PAGES: dict[str, dict[str, str]] = {
    "the list": {},
    "the last page": {"after": ""},
    "state: failed": {"state__exact": "failed"},
    "state: waiting": {"state__exact": "waiting"},
    "kind: analyse": {"kind__exact": "analyse"},
    "kind: provisional (none)": {"kind__exact": "provisional"},
    "upstream": {"upstream": "bedrock"},
    "outcome: failure": {"outcome__exact": "failure"},
    "searched by key": {"q": "01900000-0007-7000-8000-000400000007"},
    "searched by address": {"q": "crowd77@"},
    "searched by 20 people": {"q": "crowd1"},
}


def main(rows: int) -> None:
    with servers():
        from django.test.utils import setup_test_environment

        setup_test_environment()
        from tests.factories import people
        from tests.factories.many import many_jobs
        from tests.people import signed_in

        began = time.perf_counter()
        many_jobs(rows)
        print(f"{rows:,} jobs made in {time.perf_counter() - began:.0f} s; {TIMES} requests of each page\n")
        office = signed_in(people.operator())
        print(f"{'page':28} {'p50 ms':>8} {'p95 ms':>8} {'queries':>8}")
        for name, query in PAGES.items():
            _measure(office, name, query)


def _measure(office: Client, name: str, query: dict[str, str]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    address, times = reverse("admin:feedback_job_changelist"), []
    with CaptureQueriesContext(connection) as seen:
        assert office.get(address, query).status_code == 200
        queries = len(seen)  # before the next request clears the log
    for _ in range(TIMES):
        began = time.perf_counter()
        office.get(address, query)
        times.append(1000 * (time.perf_counter() - began))
    p95 = statistics.quantiles(times, n=20)[18]
    print(f"{name:28} {statistics.median(times):8.0f} {p95:8.0f} {queries:8}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
