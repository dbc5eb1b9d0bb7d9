"""Trials of held upstreams, by the first that comes: any worker, or the reconciler."""

from __future__ import annotations

import logging

from django.db import Error as DatabaseError
from django.db import close_old_connections

logger = logging.getLogger("limiter.rq")


def try_held() -> None:
    """Put on trial what is due. Where Postgres is away, the next tick does it."""
    from ....services import try_due  # models: only once Django is set up

    close_old_connections()
    try:
        for upstream in try_due():
            logger.info("%s is on trial: one call at a time goes through", upstream)
    except DatabaseError as error:
        logger.warning("no held upstream is tried again until the next look: %s", error)
    finally:
        close_old_connections()
