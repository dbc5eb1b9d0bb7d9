"""Asking the gate, and healing it where it has lost what it needs to answer."""

from __future__ import annotations

import logging

from django.db import Error as DatabaseError
from django.db import close_old_connections

from ..gate import Admission, Gate, Reason

logger = logging.getLogger("limiter.rq")


def admit(gate: Gate, upstream: str, k: int = 1) -> Admission:
    """gate.admit; a gate without configuration (its Redis lost its memory) is given it first.

    Raises GateError. Where Postgres can't be asked the refusal stands, and the next try comes soon.
    """
    admission = gate.admit(upstream, k)
    if admission.reason is Reason.UNCONFIGURED and _publish(upstream):
        admission = gate.admit(upstream, k)
    while admission.reason is Reason.UNFINISHED and not admission.leases:  # each call comes nearer to the end
        admission = gate.admit(upstream, k)
    return admission


def _publish(upstream: str) -> bool:
    from limiter.configuration.publication import publish_missing  # models: only once Django is set up

    close_old_connections()  # the loop's thread asks seldom: the database may have restarted since
    try:
        return publish_missing(upstream)
    except DatabaseError as error:
        logger.warning("the gate has no configuration of %s, nor can Postgres say: %s", upstream, error)
        return False
    finally:
        close_old_connections()
