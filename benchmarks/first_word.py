"""From the provider's first token to the first word on the page.

`PYTHONPATH=. python benchmarks/first_word.py [documents]`

The whole road with nothing left out: the simulator writes a token, the worker reads it through boto3 and
parses the JSON so far, Redis carries it, the web process sends it, and a browser shows it. Aim: 2 seconds.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from _system import ROOT, command, servers
from playwright.sync_api import Page, sync_playwright

from tests.e2e.site import Site
from tests.running import wait_until

DOCUMENTS = 6
AIM = 2.0
SECONDS = 120  # a document that takes longer has hung
LATENCY = {"first_token": {"low": 4.0, "high": 5.0}, "per_output_token": {"low": 0.01, "high": 0.02}}
# When the first word of a section appeared, by the browser's clock, which is this machine's.
WATCH = """
window.firstWord = 0;
new MutationObserver(() => {
  const part = document.querySelector(".section [data-written] [data-part]");
  if (!window.firstWord && part && part.textContent.trim()) window.firstWord = Date.now() / 1000;
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS
    with ExitStack() as running:
        running.enter_context(servers())
        from feedback.development.simulator import SimulatorProcess

        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        simulator = running.enter_context(SimulatorProcess(latency=LATENCY))
        site = running.enter_context(Site(dict(os.environ), folder / "web.log"))
        prepare()
        running.enter_context(command("rqworker", "parse", "split", "simulated", SIMULATOR_URL=simulator.url))
        browser = running.enter_context(sync_playwright()).chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        waits = []
        for number in range(count):
            wait_until(lambda: not open_documents(), "the document before is done")
            simulator.forget()  # its first token is the next document's
            page = browser.new_page()
            shown = first_word(page, site, number)
            token = float(simulator.stats()["first_token_at"])
            waits.append(shown - token)
            print(f"  {published(number) - token:.2f} s to Redis, {waits[-1]:.2f} s to the page", flush=True)
            page.context.close()
        browser.close()
    print(f"first word on the page after the provider's first token, {count} documents")
    print(f"{'median':10}{statistics.median(waits):>8.2f} s")
    print(f"{'longest':10}{max(waits):>8.2f} s   (aim: {AIM:.0f} s)")


def prepare() -> None:
    from limiter.services import create_upstream

    values = {"target": "bedrock", "queue": "simulated", "requests_per_minute": 6000, "burst": 100}
    create_upstream(name="simulated", values=values, author="benchmark", reason="benchmark")


def first_word(page: Page, site: Site, number: int) -> float:
    """Hand in a text of one section, look at its page, and wait. Returns the moment, since the epoch."""
    from feedback.services.intake import documents
    from tests.e2e.sessions import sign_in
    from tests.factories.work import a_student

    owner = a_student()
    sign_in(page.context, site, owner)
    document = documents.submit(
        owner=owner,
        handed=documents.Handed("reflection.txt", (ROOT / "examples" / "reflection.md").read_bytes()[:1500]),
        submission_key=str(number),
        upstream="simulated",
    )
    page.add_init_script(WATCH)
    page.goto(site / f"documents/{document.pk}/")
    ends = time.monotonic() + SECONDS
    while not (shown := float(page.evaluate("window.firstWord"))):
        if time.monotonic() > ends:
            raise TimeoutError(f"no word within {SECONDS} s")
        page.wait_for_timeout(100)
    return shown


def open_documents() -> bool:
    from feedback.models import Document

    return Document.objects.filter(finished_at__isnull=True).exists()


def published(number: int) -> float:
    """When the worker sent the first words, since the epoch."""
    from feedback.live import bus
    from feedback.models import Document

    document = Document.objects.get(submission_key=str(number))
    return next(e.order[0] for e in bus().entries(str(document.pk)) if e.event == "text") / 1000


if __name__ == "__main__":
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    main()
