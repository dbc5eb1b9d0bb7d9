"""What a time limit that was kept leaves behind in the process."""

from __future__ import annotations

import sys
import threading

from rq.timeouts import JobTimeoutException

from limiter.rq.worker.deadlines import ThreadDeadline


def test_a_profiled_thread_goes_on_after_it() -> None:
    has_gone_on = threading.Event()

    def work() -> None:
        sys.setprofile(lambda *_: None)
        with ThreadDeadline(3600, JobTimeoutException):  # type: ignore[no-untyped-call]
            pass
        for _ in range(1000):
            threading.current_thread()
        has_gone_on.set()

    threading.Thread(target=work, daemon=True).start()
    assert has_gone_on.wait(60)
