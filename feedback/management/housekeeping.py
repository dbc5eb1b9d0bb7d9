"""Commands that go on until they are stopped, each a housekeeper of one duty or of all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable

from django.core.management.base import CommandError

from feedback.operations.housekeeping import Duty, keep_house


def until_stopped(duties: Iterable[Duty]) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    lost = keep_house(duties, stop)
    if lost:
        raise CommandError(f"{', '.join(lost)} can't go on in this process")
