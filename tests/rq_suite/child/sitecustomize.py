"""Loaded by each program that rq's tests start: it must not touch a server at 6379 either."""

import os

if "RQ_SUITE_PORT" in os.environ:
    from redirect import redirect  # type: ignore[import-not-found]

    redirect(int(os.environ["RQ_SUITE_PORT"]))
