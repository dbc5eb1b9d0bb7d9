"""Signatures: credentials that have expired, and clocks that differ. The digest is not verified."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.account.settings import SimulatorSettings
from feedback.development.simulator.account.situations import (
    FIVE_MINUTES,
    WORDINGS,
    Situation,
    situation_error,
    stamp,
)

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)|Bearer\s+(\S+)")


def check_signature(headers: Mapping[str, str], settings: SimulatorSettings) -> None:
    """Raises ServiceError where the request isn't signed, or by what is no longer valid."""
    authorization = headers.get("authorization")
    if authorization is None:
        raise ServiceError(ErrorName.ACCESS_DENIED, "Missing Authentication Token")
    found = _CREDENTIAL.search(authorization)
    if found and (found[1] or found[2]) in settings.expired_keys:
        raise situation_error(Situation.EXPIRED_TOKEN)
    if settings.clock_offset and (signed := headers.get("x-amz-date")):
        _check_time(signed, time.time() + settings.clock_offset)


def _check_time(signed: str, now: float) -> None:
    earliest, latest = stamp(now - FIVE_MINUTES), stamp(now + FIVE_MINUTES)
    if signed < earliest:
        raise situation_error(Situation.WRONG_CLOCK, signed=signed, earliest=earliest, now=stamp(now))
    if signed > latest:
        message = f"Signature not yet current: {signed} is still later than {latest} ({stamp(now)} + 5 min.)"
        raise ServiceError(WORDINGS[Situation.WRONG_CLOCK].code, message, status=403)
