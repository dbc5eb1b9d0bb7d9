"""A call to a provider that sometimes fails."""

import time

from limiter.execution import ReportedError


def call(customer: str, fails: bool = False) -> None:
    time.sleep(0.3)
    if fails:
        raise ReportedError("the provider is down")
