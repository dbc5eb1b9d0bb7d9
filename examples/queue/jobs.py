"""A call to a provider that sometimes fails."""

import time

from limiter import gated


@gated(flow=lambda customer, fails=False: customer, group=lambda customer, fails=False: customer)
def call(customer: str, fails: bool = False) -> None:
    time.sleep(0.3)
    if fails:
        raise ConnectionError("the provider is down")
