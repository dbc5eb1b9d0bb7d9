"""The database's connection: given back before something that takes long, and waited for after it."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from tenacity import RetryCallState, retry, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

logger = logging.getLogger(__name__)


def release_connection() -> None:
    """The pool is a handful for hundreds of calls. Within a transaction it is kept, as it must be."""
    if not connection.in_atomic_block:
        close_old_connections()


def _forget_connection(state: RetryCallState) -> None:
    logger.warning(
        "the database is away, the end of a run waits: %s", state.outcome and state.outcome.exception()
    )
    close_old_connections()


# A call of minutes is not thrown away because the database blinked.
persistently = retry(
    retry=retry_if_exception_type((OperationalError, InterfaceError)),
    wait=wait_exponential_jitter(multiplier=0.5, max=10),
    stop=stop_after_delay(90),
    before_sleep=_forget_connection,
    reraise=True,
)
